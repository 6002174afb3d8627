/** How the text of a flag or variable becomes a value. */
export type OptionKind = 'text' | 'path' | 'number' | 'boolean';

/** One setting that every command takes: by its key in the config file, a flag and a variable. */
export interface GlobalOption {
  readonly key: string;
  readonly kind: OptionKind;
  /** The placeholder of the value in the help; absent for a flag without a value. */
  readonly value?: string;
  readonly help: string;
  /** Its short flag. */
  readonly short?: string;
  /** The flag is the setting's opposite: `--no-agent`. */
  readonly isNegated?: true;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export const GLOBAL_OPTIONS: readonly GlobalOption[] = [
  option('rkt', 'text', '<path>', 'auto (the rkt on PATH, else the embedded one), embedded, or a path'),
  option('rktDir', 'path', '<dir>', "rkt's data directory"),
  option('dataDir', 'path', '<dir>', 'directory for the state, logs and exit codes of tasks'),
  option('cgroupRoot', 'path', '<dir>', 'where the cgroup hierarchies are mounted'),
  option('cgroupParent', 'text', '<name>', 'parent cgroup of the cgroups of the tasks'),
  option('volumesEnabled', 'boolean', '<bool>', 'allow volumes with absolute host paths'),
  option(
    'allowMissingIsolation',
    'boolean',
    '<bool>',
    'run tasks even when rkt lacks their network or stage1',
  ),
  option('rktConcurrency', 'number', '<n>', 'maximum number of concurrent rkt commands'),
  option('rktTimeoutMs', 'number', '<ms>', 'timeout of an rkt command'),
  option('prepareTimeoutMs', 'number', '<ms>', 'timeout of rkt prepare, which may fetch the image'),
  option('launchTimeoutMs', 'number', '<ms>', "timeout from the pod's start to the app's"),
  option('networkTimeoutMs', 'number', '<ms>', 'timeout for the network of a pod with mapped ports'),
  option('killTimeoutMs', 'number', '<ms>', 'timeout from SIGKILL to the exit'),
  option('fingerprintPeriodMs', 'number', '<ms>', 'interval between fingerprints'),
  option('statsGate', 'boolean', '<bool>', 'skip reading metrics that cannot have changed'),
  option('statsMaxStaleMs', 'number', '<ms>', 'maximum age of a metric that was not read again'),
  option('statsDescriptors', 'number', '<n>', 'maximum number of file descriptors kept open for sampling'),
  option('logMaxSize', 'text', '<size>', 'size by which task logs are truncated'),
  option('logMaxFiles', 'number', '<n>', 'how many times that size is kept of each log'),
  option('logLevel', 'text', '<level>', `minimum level of log messages on stderr: ${LOG_LEVELS.join(', ')}`),
  {
    key: 'host',
    kind: 'text',
    short: '-H',
    value: '<host>',
    help: 'the agent of another machine: a context, http(s)://host:port or unix:///path',
  },
  option('tlsCa', 'path', '<file>', 'certificates in PEM that are trusted for an agent over https'),
  { key: 'agent', kind: 'boolean', help: 'do not use a running agent', isNegated: true },
  { key: 'json', kind: 'boolean', help: 'print NDJSON, one JSON object a line' },
];

/** `--rkt-dir` for `rktDir`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `RKT_STREAMS_RKT_DIR` for `rktDir`. */
export function variableOf(key: string): string {
  return `RKT_STREAMS_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function option(key: string, kind: OptionKind, value: string, help: string): GlobalOption {
  return { key, kind, value, help };
}
