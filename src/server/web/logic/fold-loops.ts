import { loopKey, type CrashLoop } from './crash-loops.ts';
import type { TaskRow } from './task-row.ts';

/** A row of the table, and how many earlier tasks of its crash loop it stands for. */
export interface FoldedRow {
  readonly row: TaskRow;
  readonly hidden: number;
}

/**
 * Leaves one row of each crash loop: that of the task which runs, or ended last. All of them where the key is in
 * `unfolded`.
 */
export function foldLoops(rows: readonly TaskRow[], unfolded: ReadonlySet<string>): readonly FoldedRow[] {
  const latest = new Map<string, TaskRow>();
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = rowKey(row);
    if (row.loop === undefined) continue;
    const known = latest.get(key);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (known === undefined || startOf(row) > startOf(known)) latest.set(key, row);
  }
  return rows.flatMap((row) => {
    if (row.loop === undefined) return { row, hidden: 0 };
    const key = rowKey(row);
    const isLatest = latest.get(key) === row;
    if (!isLatest && !unfolded.has(key)) return [];
    return { row, hidden: isLatest ? (counts.get(key) ?? 1) - 1 : 0 };
  });
}

/** The loop of a task that crashed in it, or was started again after its last crash. */
export function loopOfRow(row: TaskRow, loops: ReadonlyMap<string, CrashLoop>): CrashLoop | undefined {
  const loop = loops.get(rowKey(row));
  if (loop === undefined) return undefined;
  return loop.taskIds.includes(row.id) || startOf(row) >= loop.lastMs ? loop : undefined;
}

export function rowKey({ status }: TaskRow): string {
  return loopKey({ taskId: status.id, taskName: status.name, allocId: status.allocId });
}

/** One that has not started yet is the latest. */
function startOf({ status }: TaskRow): number {
  return status.startedAtMs ?? Infinity;
}
