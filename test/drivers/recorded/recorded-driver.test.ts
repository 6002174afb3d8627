import { join } from 'node:path';

import { expect } from 'chai';
import { VirtualTimeScheduler, firstValueFrom, type Observable } from 'rxjs';

import type { FieldGroup } from '../../../src/model/field-groups.ts';
import { isRktError } from '../../../src/model/rkt-error.ts';
import {
  createRecordedDriver,
  type RecordedDriverOptions,
} from '../../../src/drivers/recorded/recorded-driver.ts';
import type { RecordedDriver } from '../../../src/drivers/recorded/recorded-driver.ts';
import type { RecordedDocument } from '../../../src/drivers/recorded/recorded-document.ts';
import {
  BEGIN_MS,
  exitEvent,
  exited,
  status,
  withDirectory,
  writeRecording,
  type Scenario,
} from './write-recording.ts';

/** Calls back with a function that opens a driver over a recording, in virtual time. */
async function withReplay(
  scenario: Scenario,
  run: (
    open: (options?: RecordedDriverOptions) => { driver: RecordedDriver; time: VirtualTimeScheduler },
  ) => unknown,
): Promise<void> {
  await withDirectory(async (directory) => {
    const file = join(directory, 'test.rec');
    await writeRecording(file, scenario);
    const drivers: RecordedDriver[] = [];
    const open = (options: RecordedDriverOptions = {}) => {
      const time = new VirtualTimeScheduler(undefined, Infinity);
      const driver = createRecordedDriver(file, { scheduler: time, ...options });
      drivers.push(driver);
      return { driver, time };
    };
    try {
      await run(open);
    } finally {
      await Promise.all(drivers.map((driver) => driver.shutdown()));
    }
  });
}

/** Everything that a stream emits, with the virtual time; and how it ended. */
function collect<T>(
  values$: Observable<T>,
  time: VirtualTimeScheduler,
): { values: [number, T][]; end: string } {
  const seen: { values: [number, T][]; end: string } = { values: [], end: '' };
  values$.subscribe({
    next: (value) => seen.values.push([time.now(), value]),
    error: (error: unknown) => (seen.end = isRktError(error) ? error.code : String(error)),
    complete: () => (seen.end = 'complete'),
  });
  return seen;
}

/** A task that exits, and is removed later. */
const ENDING: Scenario = {
  taskIds: ['web', 'db'],
  documents(tick, timeMs): readonly RecordedDocument[] {
    if (tick === 20) {
      const ended = exited('db', 1, timeMs);
      return [
        { kind: 'task', timeMs, value: ended },
        { kind: 'event', timeMs, value: exitEvent(ended, timeMs) },
      ];
    }
    return tick === 40 ? [{ kind: 'removed', timeMs, value: 'db' }] : [];
  },
};

const advance = (time: VirtualTimeScheduler, untilMs: number): void => {
  time.maxFrames = untilMs;
  time.flush();
};

describe('a recorded driver in virtual time', () => {
  it('emits samples at the times of the recording, and completes at its end', () =>
    withReplay({ ticks: 10 }, (open) => {
      const { driver, time } = open();
      const all = collect(driver.allTaskStats(), time);
      time.flush();
      expect(all.values.map(([atMs, samples]) => [atMs, samples[0]?.usage.timestampMs])).to.deep.equal(
        Array.from({ length: 10 }, (_, tick) => [tick * 1_000, BEGIN_MS + tick * 1_000]),
      );
      expect(all.end).to.equal('complete');
    }));

  it('plays as many times faster as the speed says', () =>
    withReplay({ ticks: 61 }, (open) => {
      const { driver, time } = open({ speed: 60 });
      const all = collect(driver.allTaskStats(), time);
      time.flush();
      expect(all.values).to.have.length(61);
      expect(time.now()).to.be.within(1_000, 1_100);
    }));

  it('leaves out what comes sooner than the interval, and has the requested groups', () =>
    withReplay({ ticks: 31 }, (open) => {
      const { driver, time } = open();
      const groups: readonly FieldGroup[] = ['cpu'];
      const all = collect(driver.taskStats('web', { intervalMs: 10_000, groups }), time);
      time.flush();
      expect(all.values.map(([, usage]) => usage.timestampMs - BEGIN_MS)).to.deep.equal([
        0, 10_000, 20_000, 30_000,
      ]);
      expect(all.values.every(([, { memory }]) => Object.keys(memory).length === 0)).to.equal(true);
      expect(all.values.every(([, { cpu }]) => cpu.totalNs !== undefined)).to.equal(true);
    }));

  it('ends the streams of a task when it exits, and returns what was the case at the current time', () =>
    withReplay(ENDING, (open) => {
      const { driver, time } = open();
      const stats = collect(driver.taskStats('db'), time);
      const exit = collect(driver.waitTask('db'), time);
      const events = collect(driver.taskEvents(), time);
      expect(driver.inspectTask('db').phase).to.equal('running');
      advance(time, 25_000);
      expect([stats.end, exit.end]).to.deep.equal(['complete', 'complete']);
      expect(exit.values.map(([atMs, { exitCode }]) => [atMs, exitCode])).to.deep.equal([[20_000, 1]]);
      expect(events.values.map(([atMs, { kind }]) => [atMs, kind])).to.deep.equal([[20_000, 'exited']]);
      expect(driver.inspectTask('db').phase).to.equal('exited');
      advance(time, 45_000);
      expect(() => driver.inspectTask('db')).to.throw(/not found/);
      expect(driver.inspectTask('web').phase).to.equal('running');
    }));

  it('seeks in both directions: streams emit the values of that time, and events before it are replayed', () =>
    withReplay(ENDING, async (open) => {
      const { driver, time } = open();
      const lists = collect(driver.tasks(), time);
      driver.seek(BEGIN_MS + 50_000);
      expect(lists.values.at(-1)?.[1].map(({ id }) => id)).to.deep.equal(['web']);
      expect((await firstValueFrom(driver.taskEvents({ replay: true }))).taskId).to.equal('db');
      driver.seek(BEGIN_MS + 10_000);
      expect(lists.values.at(-1)?.[1].map(({ id, phase }) => `${id} ${phase}`)).to.deep.equal([
        'web running',
        'db running',
      ]);
      const samples = await firstValueFrom(driver.allTaskStats());
      expect(samples[0]?.usage.timestampMs).to.equal(BEGIN_MS + 10_000);
      driver.seek(0);
      expect(driver.position().timeMs).to.equal(BEGIN_MS);
    }));

  it('pauses and resumes, and says so', () =>
    withReplay({}, (open) => {
      const { driver, time } = open();
      const states = collect(driver.connection(), time);
      const all = collect(driver.allTaskStats(), time);
      advance(time, 5_500);
      driver.pause();
      advance(time, 20_000);
      expect(all.values).to.have.length(6);
      driver.resume();
      time.maxFrames = Infinity;
      time.flush();
      expect(all.values).to.have.length(60);
      expect(states.values.map(([, { state }]) => state)).to.deep.equal(['live', 'stale', 'live', 'closed']);
    }));

  it('changes its speed at the time of now, and counts its jumps', () =>
    withReplay({}, async (open) => {
      const { driver, time } = open();
      const all = collect(driver.allTaskStats(), time);
      const positions = collect(driver.positions(), time);
      advance(time, 5_000);
      driver.setSpeed(10);
      advance(time, 6_000);
      expect(driver.position()).to.deep.include({ timeMs: BEGIN_MS + 15_000, speed: 10, seeks: 0 });
      expect(all.values).to.have.length(16);
      driver.pause();
      driver.setSpeed(0.5);
      advance(time, 66_000);
      driver.resume();
      advance(time, 10_000);
      expect(driver.position().timeMs).to.equal(BEGIN_MS + 17_000);
      driver.seek(BEGIN_MS + 40_000);
      const states = positions.values.map(([, { state, speed, seeks }]) => `${state} ${speed} ${seeks}`);
      expect(states).to.deep.equal([
        'playing 1 0',
        'playing 10 0',
        'paused 10 0',
        'paused 0.5 0',
        'playing 0.5 0',
        'playing 0.5 1',
      ]);
      expect(() => driver.setSpeed(0)).to.throw('The speed of a replay is a number above 0, not 0');
      const { timestampMs } = await firstValueFrom(driver.hostStats());
      expect(timestampMs).to.be.at.most(BEGIN_MS + 40_000);
    }));

  it('names the starts, exits and alerts of the part that is played', () =>
    withReplay(ENDING, async (open) => {
      const whole = await open().driver.markers();
      expect(whole.map(({ kind, taskId, isBad }) => [kind, taskId, isBad])).to.deep.include([
        'event',
        'db',
        true,
      ]);
      const part = open({ to: BEGIN_MS + 1_000 });
      expect(await part.driver.markers()).to.deep.equal([]);
    }));

  it('holds the last values at the end if it is to, and plays again after a seek', () =>
    withReplay({ ticks: 10 }, (open) => {
      const { driver, time } = open({ end: 'hold' });
      const all = collect(driver.allTaskStats(), time);
      time.flush();
      expect([all.values.length, all.end]).to.deep.equal([10, '']);
      expect(driver.position().state).to.equal('ended');
      driver.seek(BEGIN_MS + 5_000);
      time.flush();
      expect(all.values.slice(10).map(([, samples]) => samples[0]?.usage.timestampMs)).to.deep.equal(
        [5, 6, 7, 8, 9].map((tick) => BEGIN_MS + tick * 1_000),
      );
    }));

  it('begins again with a loop', () =>
    withReplay({ ticks: 10 }, (open) => {
      const { driver, time } = open({ loop: true });
      const all = collect(driver.allTaskStats(), time);
      advance(time, 20_000);
      const times = all.values.map(
        ([, samples]) => ((samples[0]?.usage.timestampMs ?? 0) - BEGIN_MS) / 1_000,
      );
      expect(times.slice(0, 13)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]);
      expect(all.end).to.equal('');
    }));

  it('plays a part of the recording', () =>
    withReplay(ENDING, (open) => {
      const { driver, time } = open({ from: BEGIN_MS + 30_000, to: BEGIN_MS + 35_000 });
      expect(driver.inspectTask('db').phase).to.equal('exited');
      const all = collect(driver.allTaskStats(), time);
      time.flush();
      expect(all.values).to.have.length(6);
      expect(all.end).to.equal('complete');
    }));

  it('refuses a part without records and a speed that is none', () =>
    withReplay({}, (open) => {
      for (const options of [{ from: BEGIN_MS + 1e9 }, { to: 0 }, { speed: 0 }, { speed: NaN }]) {
        expect(() => open(options))
          .to.throw()
          .with.property('code', 'RKT_ERR_OPTIONS');
      }
    }));

  it('names no path of outputs: a replay must not open files of the machine it runs on', () =>
    withReplay(
      { documents: (tick, timeMs) => (tick === 0 ? [{ kind: 'task', timeMs, value: status('web') }] : []) },
      (open) => {
        const { driver } = open();
        expect(driver.inspectTask('web').stdoutPath).to.equal(undefined);
        expect(driver.inspectTask('web').image).to.equal('example.com/web:1.0');
      },
    ));
});
