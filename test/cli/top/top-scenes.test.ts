import { expect } from 'chai';
import { EMPTY, Subject, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import { lineText, type Line } from '../../../src/cli/top/line.ts';
import { NO_LOG } from '../../../src/cli/top/log-view.ts';
import { createScenes } from '../../../src/cli/top/top-scenes.ts';
import type { TopData } from '../../../src/cli/top/top-data.ts';
import { watchTasks, type TopDriver } from '../../../src/cli/top/watch-tasks.ts';
import type { HostStats } from '../../../src/model/host-stats.ts';
import type { TaskEvent } from '../../../src/model/task-event.ts';
import { marbles } from '../../support/marbles.ts';
import { recorder } from '../../support/stats-deps.ts';
import { aStatus, aUsage, someData } from '../../support/top-tasks.ts';

const size$ = of({ columns: 80, rows: 10 });
const web = someData([aStatus('web'), aUsage(10, 1)]);
const job = someData([aStatus('job'), aUsage(10, 1)]);
const both = someData([aStatus('job')], [aStatus('web')]);

/** The task on the first line of the list, or what else stands there. */
function first(lines: readonly Line[] | undefined): string {
  return lineText(lines?.[2] ?? { segments: [] })
    .trimEnd()
    .slice(0, 5);
}

const readLog = () => Promise.resolve(NO_LOG);

describe('createScenes', () => {
  it('draws at once, then at most every 500 ms, and ends with the data', () => {
    marbles(({ hot, expectObservable }, scheduler) => {
      const data$ = hot('a 99ms b 99ms a 399ms b 999ms |', { a: web, b: job });
      const { frames$ } = createScenes({ data$, size$, scheduler, isAll: false, readLog });
      const seen: string[] = [];
      frames$.subscribe({ next: (lines) => seen.push(`${scheduler.now()} ${first(lines)}`), error: fail });
      expectObservable(data$).toBe('a 99ms b 99ms a 399ms b 999ms |', { a: web, b: job });
      scheduler.flush();
      expect(seen).to.deep.equal(['0 ▸ web', '500 ▸ web', '1000 ▸ job']);
    });
  });

  it('draws at once when a key was pressed, and ends with the one for that', () => {
    const scheduler = new TestScheduler(() => undefined);
    const dataSubject = new Subject<TopData>();
    const scenes = createScenes({ data$: dataSubject, size$, scheduler, isAll: false, readLog });
    const { seen, ends, observer } = recorder<readonly Line[]>();
    scenes.frames$.subscribe(observer);
    expect(seen).to.have.length(0);
    dataSubject.next(both);
    expect(first(seen.at(-1))).to.equal('▸ job');
    scenes.press('down');
    expect(first(seen.at(-1))).to.equal('  job');
    scenes.press({ letter: 'r' });
    expect(first(seen.at(-1))).to.equal('▸ web');
    scenes.press({ letter: 'l' });
    expect(lineText(seen.at(-1)?.[1] ?? { segments: [] })).to.match(/^web stdout/);
    scenes.press({ letter: 'q' });
    expect(ends).to.deep.equal(['complete']);
    expect(dataSubject.observed).to.equal(false);
  });

  it('fails with the data', () => {
    const scheduler = new TestScheduler(() => undefined);
    const dataSubject = new Subject<TopData>();
    const { ends, observer } = recorder<readonly Line[]>();
    createScenes({ data$: dataSubject, size$, scheduler, isAll: true, readLog }).frames$.subscribe(observer);
    dataSubject.error(new Error('gone'));
    expect(ends).to.deep.equal(['Error: gone']);
  });
});

describe('watchTasks', () => {
  it('puts together what the driver reports, and asks for replayed events and what the columns show', () => {
    const asked: unknown[] = [];
    const event = { taskId: 'web', kind: 'started' } as TaskEvent;
    const host = { uptimeMs: 7 } as HostStats;
    const driver: TopDriver = {
      tasks: () => of([aStatus('web')]),
      allTaskStats: (options) => {
        asked.push(options);
        return of([{ taskId: 'web', usage: aUsage(50, 10) }]);
      },
      taskEvents: (options) => {
        asked.push(options);
        return of(event);
      },
      readTaskLog: () => Promise.resolve(),
      connection: () => EMPTY,
      hostStats: () => of(host),
    };
    const { seen, ends, observer } = recorder<TopData>();
    const scheduler = new TestScheduler(() => undefined);
    watchTasks(driver, { intervalMs: 250, nowMs: () => scheduler.now() }).subscribe(observer);
    expect(seen.at(-1)).to.deep.include({ host, events: [event], nowMs: 0 });
    expect(seen.at(-1)?.tasks[0]).to.deep.include({ label: 'web', cpu: [0.5] });
    expect(ends).to.deep.equal(['complete']);
    expect(asked).to.deep.include({ replay: true });
    expect(JSON.stringify(asked)).to.contain('"intervalMs":250').and.to.contain('"network"');
  });
});

function fail(error: unknown): void {
  throw error;
}
