import { MIB } from '../../model/units.ts';
import type { TaskSpecInput } from '../../model/task-spec.ts';
import { BLOCKING_PIPE, SERVER_PORT, type DemoImages } from './demo-images.ts';

export const HELD_BYTES = 64 * MIB;
export const OOM_LIMIT_BYTES = 32 * MIB;

/** One pod of the demo. */
export interface DemoPod {
  readonly id: PodId;
  /** A description for people. */
  readonly does: string;
  readonly image: keyof DemoImages;
  /** The script of its shell; the pod that cannot start has a `program` instead. */
  readonly script: string;
  readonly program?: string;
  readonly memoryLimitBytes?: number;
  /** Has a network of its own; its port `http` is one of the host. */
  readonly hostPort?: number;
  readonly hasNetwork?: boolean;
}

export const POD_IDS = [
  'burner',
  'holder',
  'logger',
  'crasher',
  'glutton',
  'listener',
  'stubborn',
  'broken',
  'server',
  'caller',
] as const;
export type PodId = (typeof POD_IDS)[number];

/** The pods of every demo. */
const ALL_PODS: readonly DemoPod[] = [
  { id: 'burner', does: 'uses one full core', image: 'shell', script: 'while :; do :; done' },
  {
    id: 'holder',
    does: 'allocates 64 MiB',
    image: 'tools',
    // dd fills one buffer and can never write it down: a process of known size that sleeps.
    script: `exec 3<>${BLOCKING_PIPE}; exec dd if=/dev/zero bs=64M count=1 2>/dev/null >&3`,
  },
  {
    id: 'logger',
    does: 'comes from docker, writes a log, then exits with 3',
    image: 'docker',
    script: 'for n in 1 2 3; do echo "line $n of 3"; sleep 0.3; done; echo "giving up" >&2; exit 3',
  },
  {
    id: 'crasher',
    does: 'crashes and is restarted with backoff',
    image: 'shell',
    script: 'sleep 0.3; echo "cannot go on" >&2; exit 1',
  },
  {
    id: 'glutton',
    does: 'allocates 256 MiB with a limit of 32 MiB',
    image: 'tools',
    script: 'sleep 1; exec dd if=/dev/zero of=/dev/null bs=256M count=1 2>/dev/null',
    memoryLimitBytes: OOM_LIMIT_BYTES,
  },
  {
    id: 'listener',
    does: 'is signaled, entered and recovered by a second driver',
    image: 'tools',
    script: [
      'trap \'echo "got SIGUSR1"\' USR1',
      'trap \'echo "got SIGHUP"\' HUP',
      'trap \'echo "got SIGTERM, leaving"; exit 0\' TERM',
      'echo listening',
      'while :; do sleep 0.1; done',
    ].join('\n'),
  },
  {
    id: 'stubborn',
    does: 'ignores SIGINT and SIGTERM',
    image: 'shell',
    script: "trap '' INT TERM; echo ready; while :; do sleep 1; done",
  },
  {
    id: 'broken',
    does: 'has no program',
    image: 'shell',
    script: '',
    program: '/bin/no-such-program',
  },
];

/** Greets each connection by the address that it comes from. Perl alone: it needs none of its modules. */
const SERVE = `
  $| = 1;
  socket(S, 2, 1, 0) && setsockopt(S, 1, 2, pack("i", 1)) or die "socket: $!\\n";
  bind(S, pack("Snx12", 2, ${SERVER_PORT.port})) && listen(S, 9) or die "port ${SERVER_PORT.port}: $!\\n";
  print "listening on port ${SERVER_PORT.port}\\n";
  while (my $peer = accept(C, S)) { print C "hello ", join(".", unpack("x4C4", $peer)), "\\n"; close C }`;
/** Reads the greeting of the address that it is given. */
const CALL = `
  socket(S, 2, 1, 0) && connect(S, pack("SnC4x8", 2, ${SERVER_PORT.port}, split(/[.]/, $ARGV[0]))) or die "$ARGV[0]: $!\\n";
  print "$ARGV[0] says: ", <S>`;

/** The pods of a demo whose stage1 gives them networks. */
const NETWORK_PODS: readonly DemoPod[] = [
  {
    id: 'server',
    does: 'greets on a port of the host',
    image: 'network',
    script: `exec perl -e '${SERVE}'`,
    hasNetwork: true,
  },
  {
    id: 'caller',
    does: 'reads the greeting of server by its address',
    image: 'network',
    script: `exec perl -e '${CALL}' ADDRESS`,
    hasNetwork: true,
  },
];

/** The pods of a demo; those with networks too where the stage1 has such. */
export function demoPods(withNetworks: boolean): readonly DemoPod[] {
  return withNetworks ? [...ALL_PODS, ...NETWORK_PODS] : ALL_PODS;
}

/** The pod `server` with its port of the host. */
export function serverPod(hostPort: number): DemoPod {
  return { ...networkPod('server'), hostPort };
}

/** The pod `caller`, which connects to this address. */
export function callerPod(address: string): DemoPod {
  const pod = networkPod('caller');
  return { ...pod, script: pod.script.replace(/ADDRESS$/, address) };
}

function networkPod(id: PodId): DemoPod {
  const found = NETWORK_PODS.find((pod) => pod.id === id);
  if (found === undefined) throw new TypeError(`no pod ${id}`);
  return found;
}

/** The task of a pod, as any client of the driver would write it. */
export function taskSpec(pod: DemoPod, images: DemoImages): TaskSpecInput {
  const { id, image, script, program = '/bin/sh', memoryLimitBytes, hostPort, hasNetwork = false } = pod;
  const networks = hostPort === undefined ? [] : [{ reservedPorts: [{ label: 'web', value: hostPort }] }];
  return {
    id,
    config: {
      image: images[image].path,
      command: program,
      args: script === '' ? [] : ['-c', script],
      insecure_options: ['image'],
      net: [hasNetwork ? 'default' : 'host'],
      ...(hostPort !== undefined && { port_map: { web: SERVER_PORT.name } }),
    },
    resources: { networks, ...(memoryLimitBytes !== undefined && { memoryLimitBytes }) },
  };
}
