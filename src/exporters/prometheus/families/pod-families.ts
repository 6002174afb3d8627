import type { Pod } from '../../../model/pod.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { TaskCounts } from '../../task-counters.ts';
import { family, type Family } from '../family.ts';

/** A pod of rkt, with its task if it belongs to one. */
export interface PodRow {
  readonly pod: Pod;
  readonly task: TaskStatus | undefined;
}

/** The states of `rkt list`. */
const LISTED_STATES = ['prepared', 'running', 'exited', 'exited deleting', 'exited garbage'] as const;

export const POD_FAMILIES: readonly Family<PodRow>[] = [
  {
    name: 'rkt_pod_state',
    type: 'gauge',
    help: '1 for the current state of the pod, 0 for the others.',
    source: 'state of the pod',
    series: LISTED_STATES.map((state) => ({
      labels: { state },
      value: ({ pod }) => (pod.state === state ? 1 : 0),
    })),
  },
  family(
    'rkt_pod_created_seconds',
    'gauge',
    { help: 'When the pod was created, since the epoch.', source: 'created_at of the pod', unit: 'seconds' },
    ({ pod }) => pod.created_at,
  ),
];

/** The information is in the labels. */
export const POD_INFO_FAMILIES: readonly Family<unknown>[] = [
  family(
    'rkt_pod_info',
    'info',
    { help: 'The pod, its image, its task and its address; always 1.', source: 'the pod and its task' },
    () => 1,
  ),
];

/** An app of a pod, or a task whose pod rkt does not list. */
export interface AppRow {
  readonly exitCode: number | undefined;
  readonly oomKilled: boolean | undefined;
}

export const APP_FAMILIES: readonly Family<AppRow>[] = [
  family(
    'rkt_app_exit_code',
    'gauge',
    {
      help: 'The exit code of an app that has ended; 128 + n after signal n.',
      source: 'exitResult of the task, else exit_code of the app',
    },
    ({ exitCode }) => exitCode,
  ),
  family(
    'rkt_app_oom_killed',
    'gauge',
    { help: '1 when the app was killed by the OOM killer.', source: 'exitResult of the task' },
    ({ oomKilled }) => (oomKilled === undefined ? undefined : Number(oomKilled)),
  ),
];

/** These outlive the tasks, so that no exit of a task is missed. */
export const TASK_COUNT_FAMILIES: readonly Family<TaskCounts>[] = [
  family(
    'rkt_task_starts_total',
    'counter',
    { help: 'Starts of the task of this name.', source: 'the events of tasks' },
    ({ starts }) => starts,
  ),
  family(
    'rkt_task_failures_total',
    'counter',
    {
      help: 'Exits of the task of this name that were not requested and not with exit code 0.',
      source: 'the events of tasks',
    },
    ({ failures }) => failures,
  ),
  family(
    'rkt_task_oom_kills_total',
    'counter',
    { help: 'Exits of the task of this name by the OOM killer.', source: 'the events of tasks' },
    ({ oomKills }) => oomKills,
  ),
];
