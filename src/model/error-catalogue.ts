/**
 * Longer than 250 lines, and not split: it is one table of all errors, and a code is looked up in one place.
 * Parts of it would need a rule for which code is where.
 */

/**
 * One entry of the catalogue. `recoverable` is a term of Nomad: starting the task again may succeed without a change.
 * That is the case when a network is the cause, that of the pod included, or when resources were exhausted for a
 * moment.
 */
interface CatalogueEntry {
  readonly meaning: string;
  readonly remedy: string;
  readonly recoverable: boolean;
  /** The status of an HTTP response with this error. */
  readonly httpStatus: HttpStatus;
}

/** 400: the caller can correct it. 500: the machine or the driver has failed. */
type HttpStatus = 400 | 401 | 403 | 404 | 409 | 413 | 500 | 501 | 503 | 504;

const entry = (
  recoverable: boolean,
  meaning: string,
  remedy: string,
  httpStatus: HttpStatus = 500,
): CatalogueEntry => ({ meaning, remedy, recoverable, httpStatus });

/** Every error the library throws, by stable code. `docs/errors.md` has one heading a code. */
export const ERROR_CATALOGUE = {
  // configuration
  RKT_ERR_OPTIONS: entry(
    false,
    'An option of createDriver or the command line is not valid.',
    'Correct the named option.',
    400,
  ),
  RKT_ERR_SERVICE: entry(
    false,
    'The service of the agent cannot be installed or removed.',
    'Correct what the message names; nothing was changed.',
  ),
  RKT_ERR_DRIVER_CONFIG: entry(
    false,
    'The driver configuration is not valid, or can no longer be changed.',
    'Correct the named attribute; docs/task-config.md lists all of them.',
  ),
  RKT_ERR_TASK_CONFIG: entry(
    false,
    'The task configuration is not valid.',
    'Correct the named attribute; docs/task-config.md lists all of them.',
    400,
  ),
  RKT_ERR_DNS: entry(
    false,
    'A DNS server is neither an IP address nor the single word host or none.',
    'Give IP addresses, or exactly one of host and none.',
    400,
  ),
  RKT_ERR_VOLUME: entry(
    false,
    'A volume is not written as host:container[:readOnly], or rkt cannot mount it.',
    'Write two or three parts; the third can only be readOnly. A target below /dev, /proc or /sys has to exist on the host.',
    400,
  ),
  RKT_ERR_VOLUMES_DISABLED: entry(
    false,
    'A volume with an absolute host path was given while volumes are disabled.',
    'Set volumes_enabled in the driver configuration, or use a path relative to the allocation directory.',
    400,
  ),
  RKT_ERR_VOLUME_ESCAPE: entry(
    false,
    'A relative volume leaves the allocation directory, or was replaced while the task was started.',
    'Keep the path, with its symbolic links resolved, below the allocation directory, and do not replace it during a start.',
    400,
  ),
  RKT_ERR_PORT_MAP: entry(
    false,
    'port_map does not fit the ports of the task, the image or the network mode.',
    'Name every reserved and dynamic port of the task, by port names that the image has.',
    400,
  ),
  RKT_ERR_SIGNAL: entry(false, 'A signal name is unknown.', 'Use a name such as SIGTERM or SIGUSR1.', 400),
  // tasks
  RKT_ERR_TASK_NOT_FOUND: entry(
    false,
    'task not found for given id',
    'List the tasks with `rkt-streams ps`; recover the task first after a restart.',
    404,
  ),
  RKT_ERR_TASK_EXISTS: entry(
    false,
    'A task with this id is already known.',
    'Destroy it first or use another id.',
    409,
  ),
  RKT_ERR_TASK_RUNNING: entry(
    false,
    'cannot destroy running task',
    'Stop the task first, or destroy it with force.',
    409,
  ),
  RKT_ERR_TASK_NOT_RUNNING: entry(false, 'The task is not running.', 'Start it again under a new id.', 409),
  RKT_ERR_TRANSITION: entry(
    false,
    'The requested transition between task states is not allowed.',
    'This is a defect of the caller; docs/task-states.md shows what may follow what.',
    409,
  ),
  RKT_ERR_HANDLE: entry(
    false,
    'A task handle is missing, of a version that is not known, or cannot be read.',
    'Recover with the handle that startTask returned.',
  ),
  RKT_ERR_STATE_FILE: entry(
    false,
    'A state file of a task cannot be read or written.',
    'Check the named file; move it away to abandon the task.',
  ),
  RKT_ERR_DATA_DIR: entry(
    false,
    'The data directory of the driver cannot be used.',
    'Give a data directory that can be written.',
  ),
  RKT_ERR_STOP: entry(
    false,
    'A task did not end in time.',
    'Thaw a frozen parent cgroup (THAWED into freezer.state, 0 into cgroup.freeze), look for processes in uninterruptible sleep in its cgroup, and stop it again.',
  ),
  RKT_ERR_EXEC_COMMAND: entry(
    false,
    'The command to execute is empty, or cannot be passed on.',
    'Give a command whose first word is a program of the image.',
    400,
  ),
  RKT_ERR_EXEC_TIMEOUT: entry(
    false,
    'A command executed in a task did not end in time.',
    'Give it a longer timeout.',
    504,
  ),
  RKT_ERR_EXEC_STREAM: entry(
    false,
    'A stream that was given to an exec broke.',
    'Keep the streams open until the exec has ended.',
  ),
  RKT_ERR_COPY: entry(
    false,
    'Files could not be copied between a task and this machine.',
    'Correct the path that the message names; directories on the way to the target have to exist.',
  ),
  RKT_ERR_ISOLATION: entry(
    false,
    'The task asks for isolation that its pod would not have.',
    'Use a stage1 that isolates (stage1 = "oci" with the embedded rkt), leave the named attribute out (net = ["host"] says what happens), or set allow_missing_isolation in the driver configuration.',
  ),
  RKT_ERR_LAUNCH: entry(false, 'rkt could not start the pod.', 'Read the quoted message of rkt.'),
  RKT_ERR_NETWORK: entry(
    true,
    'The pod got no network in time, and ports were to be mapped to it; or the network namespace of its group is not there.',
    'Use net = ["host"], or a stage1 with contained networking; start the group again when its namespace is gone.',
  ),
  RKT_ERR_OUTPUT: entry(
    false,
    'The file or pipe for the output of a task cannot be opened.',
    'Check that the directory of the named path exists and can be written.',
    400,
  ),
  RKT_ERR_SHUTDOWN: entry(
    false,
    'The driver was shut down.',
    'Create a new driver and recover the tasks.',
    503,
  ),
  RKT_ERR_UNSUPPORTED: entry(
    false,
    'This kind of driver does not have the op.',
    'Check `ops` of capabilities(), and use a driver of the machine itself.',
    501,
  ),
  // rkt
  RKT_ERR_RKT_MISSING: entry(
    false,
    'The rkt binary was not found.',
    'Install rkt, or choose the embedded one (`rkt`: `embedded`).',
    503,
  ),
  RKT_ERR_RKT_VERSION: entry(
    false,
    'This version of rkt is too old.',
    'Install rkt ≥ 1.27.0, or choose the embedded one (`rkt`: `embedded`).',
    503,
  ),
  RKT_ERR_RKT_UNSUPPORTED: entry(
    false,
    'This rkt cannot do what was asked for; only the embedded one can.',
    'Choose the embedded rkt (`rkt`: `embedded`).',
  ),
  RKT_ERR_RKT_FAILED: entry(false, 'A command of rkt failed.', 'Read the quoted message of rkt.'),
  RKT_ERR_RKT_TIMEOUT: entry(
    false,
    'A command of rkt did not end in time and was killed.',
    'Check whether rkt hangs, or raise the timeout.',
  ),
  RKT_ERR_RKT_OUTPUT: entry(
    false,
    'The output of rkt has an unexpected format.',
    'Check that the rkt option names a real rkt ≥ 1.27.0.',
  ),
  RKT_ERR_POD_NOT_FOUND: entry(
    false,
    'rkt does not know the pod.',
    'List the pods with `rkt list`; it may have been collected.',
    404,
  ),
  RKT_ERR_IMAGE: entry(
    false,
    'The image cannot be used.',
    'Read the quoted message; check name, path and signature of the image.',
    400,
  ),
  RKT_ERR_IMAGE_NOT_FOUND: entry(
    false,
    'The store has no such image, or several.',
    'List the images with `rkt-streams image list`, or fetch one with `rkt-streams image pull`.',
  ),
  RKT_ERR_IMAGE_POLICY: entry(
    false,
    'The image policy of this machine does not allow the image, or cannot be read.',
    'Use an image that the named file allows, or correct that file.',
  ),
  RKT_ERR_IMAGE_LIMIT: entry(
    false,
    'The image is larger than the embedded rkt accepts.',
    'If the image is to be trusted, raise the named limit in RKT_STREAMS_IMAGE_LIMITS or limits.d.',
    400,
  ),
  RKT_ERR_IMAGE_BUILD: entry(
    false,
    'An image cannot be built from the given files and options.',
    'Correct the named option or path.',
  ),
  // machine
  RKT_ERR_BINARY_MISSING: entry(false, 'A program is not in PATH.', 'Install the named program.'),
  RKT_ERR_PACKAGES: entry(
    false,
    'Optional packages that are needed for this are not installed.',
    'Install the named packages beside rkt-streams.',
  ),
  RKT_ERR_PERMISSION: entry(
    false,
    'The user lacks the rights on a file or directory.',
    'Run this as root, or as a user whom the message names.',
  ),
  RKT_ERR_NO_SPACE: entry(
    false,
    'no space left on device',
    'Free space on the file system of the named path; destroyTask needs none, and removes the logs and the pod of a task.',
  ),
  RKT_ERR_RESOURCES: entry(
    true,
    'The process or the machine has no file descriptor, memory or process left.',
    'Raise the limit (ulimit -n, LimitNOFILE= or TasksMax= of the unit) or end the processes that use it up, and try again.',
  ),
  RKT_ERR_UNEXPECTED: entry(
    false,
    'The driver met an unexpected failure.',
    'Read the quoted reason and its cause; report it unless the machine is at fault.',
  ),
  RKT_ERR_CGROUP: entry(
    false,
    'A cgroup could not be made, joined, limited or removed.',
    'Run as root on a machine whose cgroup file systems are writable, or choose another parent cgroup.',
  ),
  RKT_ERR_CGROUP_PARSE: entry(
    false,
    'A cgroup file holds something unexpected.',
    'Report the quoted line with the kernel version.',
  ),
  RKT_ERR_STATS: entry(
    false,
    'No source for the metrics of a task could be read.',
    'Read the cause; sampling continues.',
  ),
  // recordings
  RKT_ERR_RECORDING: entry(
    false,
    'A file is no recording, or a part of it cannot be read or written.',
    'Give the file that `rkt-streams record` wrote; what can be read of a damaged one is read.',
    400,
  ),
  // agent
  RKT_ERR_REQUEST: entry(
    false,
    'A request to the agent is not valid.',
    'Correct the named part; docs/api.md lists the parameters of each route.',
    400,
  ),
  RKT_ERR_ROUTE: entry(
    false,
    'The agent has no resource at this address.',
    'See docs/api.md or /v1/openapi.json, which list all routes.',
    404,
  ),
  RKT_ERR_SILENCE_NOT_FOUND: entry(
    false,
    'The agent has no silence of this id.',
    'List the silences with `rkt-streams alerts silences`; one that has ended is kept for five days.',
    404,
  ),
  RKT_ERR_TLS: entry(
    false,
    'The certificate or the key of the agent cannot be used.',
    'Name a certificate and its key, both in PEM; only the owner may read the key. A reload keeps what was served before.',
    500,
  ),
  RKT_ERR_TOKEN: entry(
    false,
    'A request needs a token of the agent, and had none, or one that is unknown, revoked or expired.',
    'Send a token as `Authorization: Bearer`: the content of the file agent-token, or one of `rkt-streams token create`. The unix socket needs none.',
    401,
  ),
  RKT_ERR_TOKEN_RIGHT: entry(
    false,
    'The token of a request permits only reads, and the request changes something or asks for secrets.',
    'Use a token with the right "write": the content of the file agent-token, or one of `rkt-streams token create --right write`.',
    403,
  ),
  RKT_ERR_FORBIDDEN: entry(
    false,
    'A request came under a host name, or from a web page, that the agent does not serve.',
    'Use the address that the agent listens on, or name the host in allowedHosts.',
    403,
  ),
  RKT_ERR_BODY: entry(
    false,
    'The body of a request is too large, of unknown length, or not JSON.',
    'Send JSON of at most 1 MiB, with Content-Length and Content-Type: application/json.',
    413,
  ),
  RKT_ERR_AGENT_BUSY: entry(
    true,
    'The agent has reached its limit of streams.',
    'Close other clients, or request the same interval and groups as they do.',
    503,
  ),
  RKT_ERR_LISTEN: entry(
    false,
    'The agent cannot listen on the given address or socket.',
    'Choose another address, or another path of the socket.',
  ),
  RKT_ERR_AGENT_RUNNING: entry(
    false,
    'An agent runs on this data directory, or listens on this socket, already.',
    'Use that one, stop it first (kill -TERM and its pid), or choose another data directory.',
  ),
  RKT_ERR_AGENT_LOST: entry(
    false,
    'The agent no longer responds.',
    'Check whether it is still running, or bypass it with --no-agent.',
  ),
  RKT_ERR_AGENT_TLS: entry(
    false,
    'The certificate of an agent is not trusted, or not valid.',
    'Name the certificate of its authority, or its self-signed one, with --tls-ca (`ca` of a remote driver), and the agent by a name that its certificate contains.',
  ),
  RKT_ERR_TOKEN_FILE: entry(
    false,
    'A token file of the agent cannot be used.',
    'Only its owner may read the file (mode 0600). The agent makes a new agent-token when there is none; `rkt-streams token` writes agent-tokens.json. A reload keeps the tokens of before.',
  ),
  RKT_ERR_LOGS: entry(
    false,
    'The output of a task cannot be read back.',
    'Only output to files can be read back; ask the reader of the pipe.',
    409,
  ),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
