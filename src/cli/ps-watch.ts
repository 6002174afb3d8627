import type { Command } from 'commander';
import { combineLatest, map, of, timer } from 'rxjs';

import { takeUntilAbort } from '../streams/operators/take-until-abort.ts';
import { selected, tasksText, type TaskSelection } from './task-list.ts';
import { FRESH, knownUntilMs } from './freshness.ts';
import { freshnessOf } from './freshness-changes.ts';
import { reportFreshness } from './report-freshness.ts';
import { followOthers, withWatchedDriver } from './with-driver.ts';

/** How often "ago" is counted on while a person watches. */
const REDRAW_MS = 1_000;

/** Lists the tasks again after every change, until interrupted. */
export async function watchList(command: Command, selection: TaskSelection): Promise<void> {
  await withWatchedDriver(command, async (session) => {
    const { driver, output, interrupt, nowMs } = session;
    followOthers(session);
    const isDrawn = output.isTty && !output.isJson;
    const reports = isDrawn ? undefined : reportFreshness(session);
    const clock$ = output.isTty ? timer(0, REDRAW_MS) : of(0);
    const lists$ = combineLatest([driver.tasks(), isDrawn ? freshnessOf(driver) : of(FRESH), clock$]).pipe(
      map(([tasks, freshness]) => ({ tasks: selected(tasks, selection), freshness })),
      takeUntilAbort(interrupt.signal),
    );
    await lists$.forEach(({ tasks, freshness }) => {
      const timeMs = knownUntilMs(freshness, nowMs());
      if (output.isJson) output.print({ timeMs, tasks }, () => '');
      else {
        const stale = freshness.lines.map((text) => `${output.paint('yellow', text)}\n`).join('');
        output.redraw(stale + tasksText(tasks, output.paint, timeMs, { width: output.width, freshness }));
      }
    });
    reports?.unsubscribe();
    return undefined;
  });
}
