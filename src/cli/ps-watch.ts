import type { Command } from 'commander';
import { combineLatest, map, of, timer } from 'rxjs';

import { takeUntilAbort } from '../streams/operators/take-until-abort.ts';
import { selected, tasksText, type TaskSelection } from './task-list.ts';
import { followOthers, withDriverUntilSignal } from './with-driver.ts';

/** How often "ago" is counted on while a person watches. */
const REDRAW_MS = 1_000;

/** Lists the tasks again after every change, until interrupted. */
export async function watchList(command: Command, selection: TaskSelection): Promise<void> {
  await withDriverUntilSignal(command, async (session) => {
    const { driver, output, interrupt, nowMs } = session;
    followOthers(session);
    const clock$ = output.isTty ? timer(0, REDRAW_MS) : of(0);
    const lists$ = combineLatest([driver.tasks(), clock$]).pipe(
      map(([tasks]) => selected(tasks, selection)),
      takeUntilAbort(interrupt.signal),
    );
    await lists$.forEach((tasks) => {
      const timeMs = nowMs();
      if (output.isJson) output.print({ timeMs, tasks }, () => '');
      else output.redraw(tasksText(tasks, output.paint, timeMs, output.width));
    });
    return undefined;
  });
}
