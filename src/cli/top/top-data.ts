import { coresOf, memoryLimitOf, memoryOf } from '../../model/headline.ts';
import type { HostStats } from '../../model/host-stats.ts';
import { printable } from '../../model/printable.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { Freshness } from '../freshness.ts';
import type { Series } from './blocks.ts';

/** A task with its measurements since top was started. */
export interface TopTask {
  readonly status: TaskStatus;
  /** The name; the id when other tasks have the same name. */
  readonly label: string;
  /** The last sample; undefined before the first, and once the task has exited. */
  readonly usage: TaskResourceUsage | undefined;
  /** Cores and bytes, oldest first. */
  readonly cpu: Series;
  readonly memory: Series;
}

/** All data for the views. */
export interface TopData {
  readonly tasks: readonly TopTask[];
  readonly host: HostStats | undefined;
  /** Oldest first. */
  readonly events: readonly TaskEvent[];
  /** Until when the values are known; now, while they are current. */
  readonly nowMs: number;
  /** Absent while everything is current. */
  readonly freshness?: Freshness;
}

export const NO_DATA: TopData = { tasks: [], host: undefined, events: [], nowMs: 0 };

/** The number of values in a chart of the widest terminal. */
const MAX_VALUES = 400;
const MAX_EVENTS = 500;

export function withTasks(data: TopData, statuses: readonly TaskStatus[]): TopData {
  const known = new Map(data.tasks.map((task) => [task.status.id, task]));
  const names = statuses.map(({ name }) => name);
  const shared = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const tasks = statuses.map((status): TopTask => {
    const label = printable(shared.has(status.name) ? status.id : status.name);
    const before = known.get(status.id);
    // A reused id starts anew.
    if (before === undefined || before.status.startedAtMs !== status.startedAtMs)
      return { status, label, usage: undefined, cpu: [], memory: [] };
    return { ...before, status, label, usage: status.phase === 'exited' ? undefined : before.usage };
  });
  return { ...data, tasks };
}

/** A task that is missing from the samples has a gap there. */
export function withSamples(data: TopData, samples: readonly TaskStatsSample[]): TopData {
  const usages = new Map(samples.map(({ taskId, usage }) => [taskId, usage]));
  const tasks = data.tasks.map((task): TopTask => {
    const usage = usages.get(task.status.id);
    if (task.status.phase === 'exited') return task;
    return {
      ...task,
      usage,
      cpu: appended(task.cpu, coresOf(usage), MAX_VALUES),
      memory: appended(task.memory, memoryOf(usage), MAX_VALUES),
    };
  });
  return { ...data, tasks };
}

export function withEvent(data: TopData, event: TaskEvent): TopData {
  return { ...data, events: appended(data.events, event, MAX_EVENTS) };
}

/** The memory limit of a task in bytes. */
export function limitOf({ status, usage }: TopTask): number | undefined {
  return memoryLimitOf(usage, status);
}

function appended<T>(list: readonly T[], item: T, limit: number): readonly T[] {
  return [...list.slice(-(limit - 1)), item];
}
