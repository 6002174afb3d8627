import type { Subscriber } from 'rxjs';

import type { GroupMask } from '../../model/field-groups.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import type { Lane } from './lanes.ts';

/** All tasks together, for one who watches them: one array a tick. */
export interface Fleet {
  readonly groups: GroupMask;
  readonly notBeforeMs: number;
  /** By start of task, in the order of the registry. */
  readonly lanes: Map<string, Lane>;
  readonly sink: Subscriber<readonly TaskStatsSample[]>;
  /** The array to come; a place is empty until the task was looked at. */
  samples: (TaskStatsSample | undefined)[];
  /** How many tasks the array still waits for. */
  awaited: number;
}

export function createFleet(
  groups: GroupMask,
  notBeforeMs: number,
  sink: Subscriber<readonly TaskStatsSample[]>,
): Fleet {
  return { groups, notBeforeMs, lanes: new Map(), sink, samples: [], awaited: 0 };
}

/** Begins an array: every task is due. */
export function beginArray(fleet: Fleet): readonly Lane[] {
  const lanes = [...fleet.lanes.values()];
  fleet.samples = new Array<TaskStatsSample | undefined>(lanes.length).fill(undefined);
  fleet.awaited = lanes.length;
  lanes.forEach((lane, place) => {
    lane.place = place;
    lane.isAwaited = true;
    lane.isDue = true;
  });
  if (lanes.length === 0) finishArray(fleet);
  return lanes;
}

/** Puts a sample into the array, or leaves the task out; the last one sends it off. */
export function putSample(fleet: Fleet, lane: Lane, usage: TaskResourceUsage | undefined): void {
  if (!lane.isAwaited) return;
  lane.isAwaited = false;
  fleet.samples[lane.place] =
    usage === undefined ? undefined : Object.freeze({ taskId: lane.task.id, usage });
  fleet.awaited -= 1;
  if (fleet.awaited === 0) finishArray(fleet);
}

/** Takes a task out, also from the array to come. */
export function dropFromFleet(fleet: Fleet, lane: Lane): void {
  fleet.lanes.delete(lane.task.startToken);
  if (lane.isAwaited) putSample(fleet, lane, undefined);
  else if (fleet.awaited > 0) fleet.samples[lane.place] = undefined;
}

function finishArray(fleet: Fleet): void {
  const { samples } = fleet;
  fleet.samples = [];
  fleet.sink.next(Object.freeze(samples.filter((sample) => sample !== undefined)));
}
