import type { Subscriber } from 'rxjs';

import type { GroupMask } from '../../model/field-groups.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { Fleet } from './fleet.ts';
import type { TaskLook } from './task-source.ts';
import type { Beat } from './ticker.ts';
import type { Meter } from './usage-meter.ts';

/** One start of a task that somebody watches. */
export interface WatchedTask {
  readonly id: string;
  readonly startToken: string;
  /** As the registry has it now. */
  record: TaskRecord;
  readonly look: TaskLook;
  readonly lanes: Lane[];
  /** The registry does not know it any more: there is nothing left to look at. */
  isRemoved: boolean;
  /** A look that has to wait for something is under way. */
  isLooking: boolean;
}

/** The samples of one task for one who watches it, alone or with all others. */
export interface Lane extends Meter {
  readonly task: WatchedTask;
  readonly groups: GroupMask;
  /** Who watches this task alone. */
  readonly sink: Subscriber<TaskResourceUsage> | undefined;
  /** Who watches all tasks, and the place of this one in the array to come. */
  readonly fleet: Fleet | undefined;
  place: number;
  /** The fleet waits for it. */
  isAwaited: boolean;
  /** To be served by the next look at the task. */
  isDue: boolean;
  /** The task has ended: the next sample is the last. */
  isEnding: boolean;
  /** Ticks before this are too near to the first sample. */
  readonly notBeforeMs: number;
}

/** All lanes of one interval. */
export interface LaneBeat extends Beat {
  readonly lanes: Set<Lane>;
  readonly fleets: Set<Fleet>;
  /** Some tasks of the last tick have not been looked at yet. */
  isBusy: boolean;
}

/** A new lane of a task; it has to be taken away again by {@link removeLane}. */
export function addLane(
  task: WatchedTask,
  lane: Pick<Lane, 'groups' | 'notBeforeMs'> & Partial<Pick<Lane, 'sink' | 'fleet'>>,
): Lane {
  const made: Lane = {
    task,
    groups: lane.groups,
    sink: lane.sink,
    fleet: lane.fleet,
    baseline: undefined,
    version: 0,
    place: 0,
    isAwaited: false,
    isDue: false,
    isEnding: false,
    notBeforeMs: lane.notBeforeMs,
  };
  task.lanes.push(made);
  return made;
}

/** Gives true when it was the last of its task. */
export function removeLane(lane: Lane): boolean {
  const { lanes } = lane.task;
  const index = lanes.indexOf(lane);
  lane.isDue = false;
  if (index < 0) return false;
  lanes.splice(index, 1);
  return lanes.length === 0;
}

/** The groups that are due for a task: what its next look has to read. */
export function dueGroups({ lanes }: WatchedTask): GroupMask {
  let groups = 0;
  for (const lane of lanes) if (lane.isDue) groups |= lane.groups;
  return groups;
}
