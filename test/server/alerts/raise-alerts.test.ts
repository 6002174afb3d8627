import { expect } from 'chai';
import { map } from 'rxjs';

import type { ExitResult, TaskEventKind, TaskResourceUsage } from '../../../src/index.ts';
import type { AlertRule } from '../../../src/server/alerts/alert-rules.ts';
import type { Alert } from '../../../src/server/alerts/alert.ts';
import {
  createAlertState,
  raiseAlerts,
  type AlertInput,
  type AlertState,
  type RecoveredTask,
  type RestoredAlerts,
} from '../../../src/server/alerts/raise-alerts.ts';
import { marbles } from '../../support/marbles.ts';
import { taskNamed } from '../../support/server-fixture.ts';
import { aTaskEvent, anExit } from '../../support/task-events.ts';

const rules = (...all: readonly AlertRule[]): AlertInput => ({ kind: 'rules', rules: all });
const tasks = (...taskIds: readonly string[]): AlertInput => ({ kind: 'tasks', taskIds });
const sample = (timestampMs: number, more: Partial<TaskResourceUsage>, taskId = 'web'): AlertInput => ({
  kind: 'samples',
  samples: [{ taskId, usage: { timestampMs, source: 'cgroup-v2', cpu: {}, memory: {}, ...more } }],
});
const held = (timestampMs: number, workingSetBytes: number, limitBytes = 100): AlertInput =>
  sample(timestampMs, { memory: { workingSetBytes, limitBytes } });
const event = (kind: TaskEventKind, timeMs: number): AlertInput => ({
  kind: 'event',
  event: aTaskEvent(kind, 'web', { timeMs, message: 'words' }),
});
const exited = (timeMs: number, exit: Partial<ExitResult> = {}): AlertInput => ({
  kind: 'event',
  event: anExit('web', exit, { timeMs, message: 'words' }),
});

const MEMORY: AlertRule = { name: 'memory', metric: 'memoryRatio', raise: 0.9, clear: 0.8, holdMs: 0 };
const HELD: AlertRule = { ...MEMORY, holdMs: 2 };
const OOM: AlertRule = { name: 'oom', on: 'oom' };
const CRASH: AlertRule = { name: 'crash', on: 'crash' };
const CRASHED = anExit('web', { exitCode: 3 }, { timeMs: 5, message: 'words' });

/** Plays inputs, and compares when alerts begin (R) and end (C). */
function plays(source: string, inputs: Readonly<Record<string, AlertInput>>, expected: string): void {
  marbles(({ hot, expectObservable }, scheduler) => {
    const alerts$ = hot(source, inputs).pipe(
      raiseAlerts(() => createAlertState(scheduler)),
      map(({ state }) => (state === 'raised' ? 'R' : 'C')),
    );
    expectObservable(alerts$).toBe(expected);
  });
}

/** What the alerts report of these inputs. */
const reported = (...inputs: readonly AlertInput[]): readonly Alert[] => {
  const alerts = createAlertState({ now: () => 99 });
  return inputs.flatMap((input) => alerts.take(input));
};

describe('raiseAlerts', () => {
  it('begins an alert at the threshold and ends it at the lower one', () => {
    const inputs = { m: rules(MEMORY), a: held(1, 89), b: held(2, 90), c: held(3, 81), d: held(4, 80) };
    plays('mabcd|', inputs, '--R-C|');
  });

  it('says nothing again while an alert stands, nor after it has ended', () => {
    const inputs = { m: rules(MEMORY), a: held(1, 95), b: held(2, 99), c: held(3, 70), d: held(4, 60) };
    plays('mabcd|', inputs, '-R-C-|');
  });

  it('waits until the value has stayed for as long as the rule says', () => {
    const inputs = { m: rules(HELD), a: held(1, 95), b: held(2, 95), c: held(3, 95) };
    plays('mabc|', inputs, '---R|');
  });

  it('begins to wait anew when the value falls in between', () => {
    const inputs = { m: rules(HELD), a: held(1, 95), b: held(2, 85), c: held(3, 95), d: held(5, 95) };
    plays('mabcd|', inputs, '----R|');
  });

  it('ends an alert only when the value has stayed low as long', () => {
    const samples = { a: held(1, 95), b: held(3, 95), c: held(4, 70), d: held(5, 85), e: held(6, 70) };
    plays('mabcdef|', { m: rules(HELD), ...samples, f: held(8, 70) }, '--R---C|');
  });

  it('ends with an error of its source', () => {
    plays('ma#', { m: rules(MEMORY), a: held(1, 95) }, '-R#');
  });

  it('begins afresh at every subscription', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const alerts$ = cold('ma|', { m: rules(MEMORY), a: held(1, 95) }).pipe(
        raiseAlerts(() => createAlertState(scheduler)),
        map(({ rule }) => rule.charAt(0)),
      );
      expectObservable(alerts$).toBe('-m|');
      expectObservable(alerts$).toBe('-m|');
    });
  });

  it('ends the alerts of a task that has ended or is gone, and of rules that are', () => {
    const inputs = { m: rules(MEMORY), a: held(1, 95), x: exited(2) };
    plays('max|', inputs, '-RC|');
    plays('mat|', { ...inputs, t: tasks('other') }, '-RC|');
    plays('mat|', { ...inputs, t: tasks('web') }, '-R-|');
    plays('man|', { ...inputs, n: rules() }, '-RC|');
  });
});

describe('createAlertState', () => {
  it('reports what was measured, and what it was compared with', () => {
    const [{ id: _id, ...alert } = { id: '' }] = reported(rules(MEMORY), held(7, 92.4));
    expect(alert).to.deep.equal({
      taskId: 'web',
      rule: 'memory',
      state: 'raised',
      value: 0.924,
      threshold: 0.9,
      timeMs: 7,
      raisedAtMs: 7,
      labels: {},
      message: 'memory at 92% of its limit',
    });
  });

  it('knows which alerts stand', () => {
    const alerts = createAlertState({ now: () => 99 });
    [rules(MEMORY, CRASH), held(1, 95)].forEach((input) => alerts.take(input));
    expect(alerts.active().map(({ rule }) => rule)).to.deep.equal(['memory']);
    alerts.take(held(2, 10));
    expect(alerts.active()).to.deep.equal([]);
  });

  const cpu = (timeMs: number, throttledPeriods: number, periods: number): AlertInput =>
    sample(timeMs, { cpu: { percent: 250, throttledPeriods, periods } });
  const pids = (current: number): AlertInput => sample(2, { pidCount: { current, limit: 10 } });
  const MEASURED: readonly (readonly [AlertRule, readonly AlertInput[], string])[] = [
    [{ name: 'a', metric: 'cpuCores', raise: 2, holdMs: 0 }, [cpu(1, 0, 0)], 'CPU at 2.50 cores'],
    [
      { name: 'a', metric: 'throttledRatio', raise: 0.5, holdMs: 0 },
      [cpu(1, 10, 100), cpu(2, 16, 110)],
      'CPU throttled in 60% of its periods',
    ],
    [{ name: 'a', metric: 'processes', raise: 5, holdMs: 0 }, [pids(5)], '5 processes'],
    [
      { name: 'a', metric: 'processesRatio', raise: 0.9, holdMs: 0 },
      [pids(9)],
      'processes at 90% of their limit',
    ],
    [
      { name: 'a', metric: 'memoryBytes', raise: 1, holdMs: 0 },
      [sample(1, { memory: { rssBytes: 3 * 2 ** 20 } })],
      'memory at 3 MiB',
    ],
  ];
  for (const [rule, inputs, message] of MEASURED) {
    it(`says "${message}"`, () => {
      expect(reported(rules(rule), ...inputs).map((alert) => alert.message)).to.deep.equal([message]);
    });
  }

  it('has no alert for what was not measured, or has no limit', () => {
    const low = { raise: 0.000_1, holdMs: 0 };
    const all = (['memoryRatio', 'memoryBytes', 'cpuCores', 'throttledRatio', 'processesRatio'] as const).map(
      (metric) => ({ name: metric, metric, ...low }),
    );
    expect(reported(rules(...all), sample(1, {}))).to.deep.equal([]);
    const unlimited = sample(2, { memory: { workingSetBytes: 5 }, pidCount: { current: 3 } });
    expect(reported(rules(...all), unlimited).map(({ rule }) => rule)).to.deep.equal(['memoryBytes']);
  });

  it('takes a sample that comes again for one', () => {
    expect(reported(rules(MEMORY), held(1, 10), held(1, 95))).to.deep.equal([]);
  });

  it('reports a crash, until the task is started again', () => {
    const crash = exited(5, { exitCode: 3 });
    const [begin, end] = reported(rules(CRASH, OOM), crash, event('started', 6));
    const both = { taskId: 'web', rule: 'crash', value: 3, threshold: 1, raisedAtMs: 5, message: 'words' };
    expect(begin).to.deep.include({ ...both, state: 'raised', timeMs: 5 });
    expect(end).to.deep.include({ ...both, state: 'cleared', timeMs: 6, id: begin?.id });
  });

  it('takes an end whose code no one knows for a crash', () => {
    expect(
      reported(rules(CRASH), exited(5, { exitCode: undefined, error: 'exit status unknown' })),
    ).to.have.length(1);
  });

  it('reports the OOM killer from a crash', () => {
    const killed = exited(5, { exitCode: 137, signal: 9, oomKilled: true });
    expect(reported(rules(CRASH, OOM), killed).map(({ rule }) => rule)).to.deep.equal(['oom']);
  });

  it('takes an end that was requested for no crash, and one after a mere signal for one', () => {
    const killed = { exitCode: 137, signal: 9 };
    expect(reported(rules(CRASH), exited(5, { ...killed, requested: true }))).to.deep.equal([]);
    expect(reported(rules(CRASH), event('signaled', 4), exited(5, killed))).to.have.length(1);
  });

  it('keeps the alerts of rules that a reload leaves as they are', () => {
    const inputs = [rules(MEMORY, CRASH), held(1, 95), rules(MEMORY), held(2, 95), held(3, 70)];
    expect(reported(...inputs).map(({ rule, state }) => `${rule} ${state}`)).to.deep.equal([
      'memory raised',
      'memory cleared',
    ]);
  });

  describe('with alerts of an earlier agent', () => {
    const crashed = reported(rules(CRASH), exited(5, { exitCode: 3 }));
    const high = reported(rules(MEMORY), held(5, 95));
    const restored = (active: readonly Alert[], more: Partial<RestoredAlerts> = {}): AlertState =>
      createAlertState(
        { now: () => 99 },
        { restored: { active, wasRaised: (_, rule) => active.some((one) => one.rule === rule), ...more } },
      );
    const states = (alerts: readonly Alert[]) => alerts.map(({ rule, state }) => `${rule} ${state}`);
    const play = (state: AlertState, ...inputs: readonly AlertInput[]) =>
      states(inputs.flatMap((input) => state.take(input)));
    const recovered = (more: Partial<RecoveredTask> = {}): AlertInput => ({
      kind: 'recovered',
      tasks: [{ ...taskNamed('web', { phase: 'running', startedAtMs: 1 }), ...more }],
    });

    it('goes on with them while the tasks are not recovered yet, and afterwards', () => {
      const state = restored([...crashed, ...high]);
      expect(play(state, rules(MEMORY, CRASH), tasks(), tasks('web'), recovered())).to.deep.equal([]);
      expect(states(state.active())).to.deep.equal(['crash raised', 'memory raised']);
      expect(play(state, held(6, 70))).to.deep.equal(['memory cleared']);
    });

    it('ends those of a task that is gone, that was started again, and of rules that have changed', () => {
      const gone: AlertInput = { kind: 'recovered', tasks: [] };
      expect(play(restored(crashed), rules(CRASH), gone)).to.deep.equal(['crash cleared']);
      expect(play(restored(crashed), rules(CRASH), recovered({ startedAtMs: 9 }))).to.deep.equal([
        'crash cleared',
      ]);
      expect(play(restored(high), rules({ ...MEMORY, raise: 0.95 }))).to.deep.equal(['memory cleared']);
    });

    it('does not raise an end again that is reported again', () => {
      const again: AlertInput = { kind: 'event', event: CRASHED };
      const first = reported(rules(CRASH), again);
      expect(play(restored(first), rules(CRASH), again, recovered())).to.deep.equal([]);
    });

    it('raises what has ended without an alert, and nothing without a record', () => {
      const end = { oomKilled: false, requested: false, completedAtMs: 8, source: 'exit-file' } as const;
      const ended = recovered({ phase: 'exited', completedAtMs: 8, exitResult: { ...end, exitCode: 3 } });
      expect(play(restored([]), rules(CRASH), ended)).to.deep.equal(['crash raised']);
      expect(play(restored([], { wasRaised: () => true }), rules(CRASH), ended)).to.deep.equal([]);
      expect(play(createAlertState({ now: () => 99 }), rules(CRASH), ended)).to.deep.equal([]);
    });
  });

  it('takes an event that is published again for one', () => {
    const crash = exited(5, { exitCode: 3 });
    expect(reported(rules(CRASH), crash, crash)).to.have.length(1);
  });
});
