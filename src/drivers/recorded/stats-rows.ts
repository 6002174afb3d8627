import type { GroupMask } from '../../model/field-groups.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import { COLUMN_COUNT, putRow, usageOfRow } from './metric-columns.ts';

/** The samples of all tasks at one time. */
export interface RecordedTick {
  readonly timeMs: number;
  readonly taskIds: readonly string[];
  /** The nth value of the row of the nth task. */
  valueAt(task: number, column: number): number;
}

/** A tick of the driver as rows of numbers. */
export function tickOf(timeMs: number, samples: readonly TaskStatsSample[]): RecordedTick {
  const rows = new Float64Array(samples.length * COLUMN_COUNT);
  samples.forEach(({ usage }, index) => putRow(usage, timeMs, rows, index * COLUMN_COUNT));
  return {
    timeMs,
    taskIds: samples.map(({ taskId }) => taskId),
    valueAt: (task, column) => rows[task * COLUMN_COUNT + column] ?? NaN,
  };
}

/** The samples of a tick, with the metrics of these groups. */
export function samplesOf(tick: RecordedTick, groups: GroupMask): readonly TaskStatsSample[] {
  return Object.freeze(
    tick.taskIds.map((taskId, index) =>
      Object.freeze({
        taskId,
        usage: usageOfRow((column) => tick.valueAt(index, column), tick.timeMs, groups),
      }),
    ),
  );
}
