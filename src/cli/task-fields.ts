import type { ExitResult } from '../model/exit-result.ts';
import type { TaskPhase, TaskStatus } from '../model/task-status.ts';
import { ago, duration } from './humanize.ts';

/** A task by the field names of docker, as its `--format` and `--filter` use them. */
export interface TaskFields {
  readonly ID: string;
  readonly Names: string;
  readonly Image: string;
  /** docker's state, in lower case. */
  readonly State: string;
  /** `Up 3m 4s`, `Exited (0) 5s ago`. */
  readonly Status: string;
  readonly CreatedAt: string;
  readonly RunningFor: string;
  /** `a=1,b=2`. */
  readonly Labels: string;
  readonly Networks: string;
  readonly Pid: string;
  readonly ExitCode: string;
  /** By the restart policy. */
  readonly Restarts: string;
  /** UUID of the pod. */
  readonly Pod: string;
}

export const TASK_FIELDS = [
  'ID',
  'Names',
  'Image',
  'State',
  'Status',
  'CreatedAt',
  'RunningFor',
  'Labels',
  'Networks',
  'Pid',
  'ExitCode',
  'Restarts',
  'Pod',
] as const satisfies readonly (keyof TaskFields)[];

const STATES: Readonly<Record<TaskPhase, string>> = {
  preparing: 'created',
  starting: 'created',
  running: 'running',
  stopping: 'stopping',
  exited: 'exited',
  unknown: 'unknown',
};

export function taskFields(task: TaskStatus, nowMs: number): TaskFields {
  const { startedAtMs, exitResult } = task;
  return {
    ID: task.id,
    Names: task.name,
    Image: task.image,
    State: dockerState(task),
    Status: statusOf(task, nowMs),
    CreatedAt: startedAtMs === undefined ? '' : new Date(startedAtMs).toISOString(),
    RunningFor: ago(startedAtMs, nowMs),
    Labels: Object.entries(task.labels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
    Networks: task.network?.ip ?? '',
    Pid: task.pid?.toString() ?? '',
    ExitCode: exitResult?.exitCode?.toString() ?? '',
    Restarts: (task.restart?.count ?? 0).toString(),
    Pod: task.podId ?? '',
  };
}

export function dockerState({ phase }: Pick<TaskStatus, 'phase'>): string {
  return STATES[phase];
}

function statusOf(task: TaskStatus, nowMs: number): string {
  const { phase, startedAtMs, completedAtMs, exitResult } = task;
  if (phase === 'exited') return `Exited (${codeText(exitResult)}) ${ago(completedAtMs, nowMs)}`;
  if (phase === 'running' && startedAtMs !== undefined) return `Up ${duration(nowMs - startedAtMs)}`;
  return phase.slice(0, 1).toUpperCase() + phase.slice(1);
}

/** 128 + n after signal n, as docker prints it. */
function codeText({ exitCode, signal }: Partial<ExitResult> = {}): string {
  return signal === undefined ? String(exitCode ?? 'unknown') : String(128 + signal);
}
