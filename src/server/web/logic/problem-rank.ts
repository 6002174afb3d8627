import { isFailure } from '../../../model/exit-text.ts';
import type { TaskRow } from './task-row.ts';

/** Where a task belongs when problems come first: the smaller, the more urgent. */
export function problemRank({ alerts, loop, status }: TaskRow): number {
  if (alerts.size > 0 && loop === undefined) return 0;
  if (loop !== undefined) return 1;
  if (status.exitResult !== undefined && isFailure(status.exitResult)) return 2;
  if (status.phase === 'unknown') return 3;
  return status.state === 'exited' ? 5 : 4;
}

/** How many problems there are: a crash loop is one, whatever the number of its tasks. */
export function countProblems(rows: readonly TaskRow[]): number {
  const problems = rows.flatMap((row) => (isProblem(row) ? [row.loop?.key ?? `task ${row.id}`] : []));
  return new Set(problems).size;
}

/** Whether somebody should see to it. */
export function isProblem(row: TaskRow): boolean {
  return row.alerts.size > 0 || row.loop !== undefined;
}
