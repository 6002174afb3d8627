/** What to use instead of a command or an option of docker that is called otherwise here, or does not exist. */
const COMMANDS: Readonly<Record<string, string>> = {
  attach: 'use logs -f for the output, exec -it for a shell',
  build: 'use image build, or build with docker or buildah and take the image with image import or docker://',
  commit: 'images are built with image build; a pod cannot become one',
  compose: 'run each service with run, or several as a job of Nomad',
  container: 'use the command without it: ps, stop, rm, …',
  create: 'use run -d; rkt prepares a pod when it starts it',
  diff: 'a pod keeps no list of changes; mount what changes with run -v',
  history: 'layers are squashed when an image is fetched; image inspect shows what is left',
  load: 'use image import',
  login: 'credentials are in the auth.d directory of rkt; see docs/images.md',
  network: 'networks are files of net.d; see docs/networks.md',
  pause: 'use signal ID STOP, and signal ID CONT',
  port: 'use rkt-streams rkt status for the networks of a pod',
  push: 'use image export, and skopeo copy',
  rename: 'a task keeps its name; start it with run --name',
  save: 'use image export',
  search: 'search on the page of the registry',
  start: 'use restart, which also starts a task that has exited',
  tag: 'an image is named when it is built, or taken: image build --name, image import --ref',
  unpause: 'use signal ID CONT',
  update: 'start the task again with other limits: rm, run',
  volume: 'a volume is a directory: run -v HOST:PATH',
};

const OPTIONS: Readonly<Record<string, string>> = {
  '--add-host': 'mount a hosts file with -v',
  '--device': 'only a job of Nomad has devices',
  '--gpus': 'only a job of Nomad has devices',
  '--health-cmd': 'use a check of Nomad, or alerts of the agent',
  '--init': 'the stage1 oci has an init where catatonit is installed',
  '--link': 'use --net with a network that both tasks have',
  '--log-driver': 'see docs/logs.md; only --log-max-size and --log-max-files limit logs',
  '--mount': 'use -v HOST:PATH[:readOnly]',
  '--platform': 'the platform is that of this machine',
  '--privileged': 'use --stage1 fly, which has the capabilities, devices and networks of the host',
  '--security-opt': 'use --seccomp, --cap-add and --cap-drop',
  '--shm-size': 'mount a tmpfs of the host with -v',
  '--sysctl': 'an isolator of the image sets them; see docs/isolation.md',
  '--tmpfs': 'mount a tmpfs of the host with -v',
  '--ulimit': 'limits are those of the caller; see docs/task-config.md',
};

/** A remedy for an unknown command or option in a message of commander; empty when there is none. */
export function dockerHint(message: string): string {
  const [, kind = '', name = ''] = /unknown (command|option) '([^'=]+)/.exec(message) ?? [];
  const table = kind === 'command' ? COMMANDS : OPTIONS;
  return Object.hasOwn(table, name) ? `: ${table[name] ?? ''}` : '';
}
