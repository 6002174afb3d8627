import { expect } from 'chai';

import type { TaskEvent } from '../../../src/index.ts';
import type { Alert } from '../../../src/server/alerts/alert.ts';
import { createAlertLog, foldAlerts } from '../../../src/server/web/logic/alert-log.ts';
import { createCrashLoops, loopText } from '../../../src/server/web/logic/crash-loops.ts';
import { foldFeed } from '../../../src/server/web/logic/feed-items.ts';
import { countProblems } from '../../../src/server/web/logic/problem-rank.ts';
import { FIRST_SELECTION, selectRows } from '../../../src/server/web/logic/select-rows.ts';
import { createStore } from '../../../src/server/web/logic/store.ts';
import { tableItems } from '../../../src/server/web/logic/table-items.ts';
import { anAlert } from '../../support/alerts.ts';
import { crashingTask } from '../../support/page-driver.ts';
import { status } from '../../support/page-rows.ts';
import { aTaskEvent, anExit } from '../../support/task-events.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
/** `raisedAtMs` names it: the same alert has it when it ends. */
const alert = (
  taskId: string,
  rule: string,
  state: Alert['state'],
  timeMs: number,
  raisedAtMs = timeMs,
): Alert =>
  anAlert({ id: `${taskId} ${rule} ${raisedAtMs}`, taskId, rule, state, timeMs, raisedAtMs, message: rule });
const crashAt = (taskId: string, timeMs: number, exitCode = 3): TaskEvent =>
  anExit(taskId, { exitCode, completedAtMs: timeMs }, { taskName: 'tools', timeMs });
const loopsOf = (events: readonly TaskEvent[], nowMs = NOW) => {
  const loops = createCrashLoops();
  events.forEach(loops.addEvent);
  return [...loops.at(nowMs).values()];
};

describe('a crash loop', () => {
  it('is one thing, whatever ids its starts have', () => {
    const crashes = crashingTask(12, { nowMs: NOW, everyMs: 27_000 });
    const [loop] = loopsOf(crashes.map(({ exited }) => exited));
    expect(loop === undefined ? '' : loopText(loop)).to.equal('crashed 12 times in 5 minutes');
    expect(loop?.taskIds).to.have.length(12);
  });

  it('is recognised in tasks that are listed as well as in events, each crash once', () => {
    const loops = createCrashLoops();
    for (const { status: listed, exited } of crashingTask(3, { nowMs: NOW, everyMs: MINUTE })) {
      loops.addStatus(listed);
      loops.addEvent(exited);
    }
    expect([...loops.at(NOW).values()].map(({ count }) => count)).to.deep.equal([3]);
  });

  it('needs three crashes in a row, and ends with a success or ten minutes without', () => {
    const crashes = [0, 1, 2].map((n) => crashAt('a', NOW + n * MINUTE));
    const at = NOW + 3 * MINUTE;
    expect(loopsOf(crashes.slice(1), at)).to.deep.equal([]);
    expect(loopsOf(crashes, at)).to.have.length(1);
    expect(loopsOf(crashes, at + 20 * MINUTE)).to.deep.equal([]);
    expect(loopsOf([...crashes, crashAt('a', at, 0)], at)).to.deep.equal([]);
    const stopped = anExit('a', { exitCode: 143, requested: true, completedAtMs: at }, { taskName: 'tools' });
    expect(loopsOf([...crashes, stopped], at)).to.deep.equal([]);
  });

  it('is not what tasks of one name do that run side by side', () => {
    const started = ['a', 'b', 'c'].map((taskId) =>
      aTaskEvent('started', taskId, { taskName: 'tools', timeMs: NOW - MINUTE }),
    );
    const crashes = ['a', 'b', 'c'].map((taskId, n) => crashAt(taskId, NOW - n));
    expect(loopsOf([...started, ...crashes])).to.deep.equal([]);
  });
});

describe('the overview of problems', () => {
  const open = () => {
    const store = createStore();
    const crashes = crashingTask(12, { nowMs: NOW, everyMs: 27_000 });
    const listed = crashes.map(({ status: one }) => one);
    store.setHost({ timestampMs: NOW, cpu: { cores: 1 }, memory: {}, disks: [], uptimeMs: 1 });
    store.setTasks([status('calm'), ...listed, status('full'), status('a-failed', { exitResult: FAILED })]);
    crashes.forEach(({ exited }) => store.addEvent(exited));
    store.addAlert(alert('full', 'memory', 'raised', NOW), '1');
    return { store, crashes };
  };
  const FAILED = { exitCode: 1, oomKilled: false, completedAtMs: NOW, source: 'exit-file' } as const;

  it('puts alerts first, then crash loops, failures and the rest, one row for a loop', () => {
    const { store, crashes } = open();
    const rows = selectRows(store.rows(), FIRST_SELECTION, NOW);
    const shown = (unfolded: readonly string[]) =>
      tableItems(rows, { group: 'none', hosts: [], unfolded: new Set(unfolded) }).map((item) =>
        item.kind === 'task' ? [item.row.id, item.hidden] : item.title,
      );
    expect(shown([])).to.deep.equal([
      ['full', 0],
      [crashes.at(-1)?.status.id, 11],
      ['a-failed', 0],
      ['calm', 0],
    ]);
    expect(shown([[...store.loops().keys()][0] ?? ''])).to.have.length(15);
    expect(countProblems(store.rows())).to.equal(2);
  });

  it('keeps a running task of the same name that is older than the loop', () => {
    const { store } = open();
    const old = status('old', { name: 'crasher', startedAtMs: 1 });
    store.setTasks([...store.rows().map((row) => row.status), old]);
    expect(store.row('old')?.loop).to.equal(undefined);
  });

  it('has one entry for a loop among the events', () => {
    const { store } = open();
    store.addEvent(aTaskEvent('started', 'calm', { timeMs: NOW }));
    const folded = foldFeed(store.feed.items(), store.loops().values());
    expect(folded.map(({ kind }) => kind)).to.deep.equal(['event', 'alert', 'loop']);
  });
});

describe('the alerts and their history', () => {
  it('has one entry from begin to end, newest first, and each once', () => {
    const log = createAlertLog();
    const first = alert('web', 'memory', 'raised', 1);
    log.add(first);
    log.add(first);
    log.add(alert('web', 'memory', 'cleared', 5, 1));
    log.add(alert('web', 'memory', 'raised', 7));
    log.add(alert('job', 'crash', 'raised', 9));
    expect(
      log.entries().map(({ taskId, raisedMs, clearedMs }) => [taskId, raisedMs, clearedMs]),
    ).to.deep.equal([
      ['job', 9, undefined],
      ['web', 7, undefined],
      ['web', 1, 5],
    ]);
  });

  it('takes what the agent has kept, over a restart of the page', () => {
    const log = createAlertLog();
    log.add(alert('web', 'memory', 'raised', 9));
    const past = (timeMs: number) => alert('web', 'oom', 'raised', timeMs);
    log.addPast([{ ...past(3), clearedAtMs: 4 }, past(2)]);
    log.addPast([{ ...past(3), clearedAtMs: 4 }]);
    expect(log.entries().map(({ rule, raisedMs, clearedMs }) => [rule, raisedMs, clearedMs])).to.deep.equal([
      ['memory', 9, undefined],
      ['oom', 3, 4],
      ['oom', 2, undefined],
    ]);
  });

  it('ends what the agent no longer lists, and begins what it lists', () => {
    const log = createAlertLog();
    log.add(alert('web', 'memory', 'raised', 1));
    log.setActive([alert('job', 'oom', 'raised', 3)], 10);
    expect(log.entries().map(({ rule, clearedMs }) => [rule, clearedMs])).to.deep.equal([
      ['oom', undefined],
      ['memory', 10],
    ]);
  });

  it('has one entry for a crash loop', () => {
    const crashes = crashingTask(4, { nowMs: NOW, everyMs: MINUTE });
    const log = createAlertLog();
    for (const { exited } of crashes) {
      log.add(alert(exited.taskId, 'crash', 'raised', exited.timeMs));
      log.add(alert(exited.taskId, 'crash', 'cleared', exited.timeMs + 1_000, exited.timeMs));
    }
    log.add(alert('web', 'memory', 'raised', NOW));
    const folded = foldAlerts(log.entries(), loopsOf(crashes.map(({ exited }) => exited)));
    expect(folded.map(({ rule, message }) => [rule, message])).to.have.deep.members([
      ['memory', 'memory'],
      ['crash loop', 'crashed 4 times in 3 minutes'],
    ]);
  });
});
