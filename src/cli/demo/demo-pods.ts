import { MIB } from '../../model/units.ts';
import type { TaskSpecInput } from '../../model/task-spec.ts';
import { BLOCKING_PIPE, type DemoImages } from './demo-images.ts';

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
] as const;
export type PodId = (typeof POD_IDS)[number];

export const DEMO_PODS: readonly DemoPod[] = [
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

/** The task of a pod, as any client of the driver would write it. */
export function taskSpec(pod: DemoPod, images: DemoImages): TaskSpecInput {
  const { id, image, script, program = '/bin/sh', memoryLimitBytes } = pod;
  return {
    id,
    config: {
      image: images[image].path,
      command: program,
      args: script === '' ? [] : ['-c', script],
      insecure_options: ['image'],
      net: ['host'],
    },
    ...(memoryLimitBytes !== undefined && { resources: { memoryLimitBytes } }),
  };
}
