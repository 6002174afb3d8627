import assert from 'node:assert/strict';

import { filter, take, toArray } from 'rxjs';

import type { TaskStatus } from '../model/task-status.ts';
import { allOf, firstOf, type ContractCase } from './contract-case.ts';

const INTERVAL_MS = 200;

export const streamCases: readonly ContractCase[] = [
  {
    title: 'connection() is live first',
    async run({ driver }) {
      assert.deepEqual(await firstOf(driver.connection().pipe(filter(({ state }) => state === 'live'))), {
        state: 'live',
      });
    },
  },
  {
    title: 'tasks() emits the current list to each subscriber, and every change',
    async run({ driver, running, exited, endRunning }) {
      await driver.recoverTasks();
      const isKnown = (list: readonly TaskStatus[]): boolean =>
        [running, exited].every((wanted) => list.some(({ id }) => id === wanted));
      const tasks = await firstOf(driver.tasks().pipe(filter(isKnown)));
      assert.equal(tasks.find(({ id }) => id === running)?.phase, 'running');
      const ended = firstOf(
        driver
          .tasks()
          .pipe(filter((list) => list.some(({ id, phase }) => id === running && phase === 'exited'))),
      );
      const again = firstOf(driver.tasks());
      assert.deepEqual((await again).map(({ id }) => id).sort(), tasks.map(({ id }) => id).sort());
      await endRunning();
      assert.equal((await ended).find(({ id }) => id === running)?.exitResult?.exitCode, 0);
    },
  },
  {
    title: 'taskEvents() emits an exit once, to all subscribers, with its result and an id',
    async run({ driver, running, endRunning }) {
      await driver.recoverTasks();
      const exitOf = () =>
        firstOf(
          driver
            .taskEvents({ replay: true })
            .pipe(filter(({ kind, taskId }) => kind === 'exited' && taskId === running)),
        );
      const seen = Promise.all([exitOf(), exitOf()]);
      await firstOf(driver.connection().pipe(filter(({ state }) => state === 'live')));
      await endRunning();
      const [first, second] = await seen;
      assert.equal(first.exitResult?.exitCode, 0);
      assert.equal(first.id, second.id);
      const replayed = await firstOf(
        driver.taskEvents({ replay: true }).pipe(filter(({ id }) => id === first.id)),
      );
      assert.deepEqual(replayed, first);
    },
  },
  {
    title: 'waitTask() emits the exit of an exited task and completes',
    async run({ driver, exited }) {
      await driver.recoverTasks();
      const results = await allOf(driver.waitTask(exited));
      assert.deepEqual(
        results.map(({ exitCode }) => exitCode),
        [3],
      );
    },
  },
  {
    title: 'waitTask() emits the exit of a running task when it ends, and completes',
    async run({ driver, running, endRunning }) {
      await driver.recoverTasks();
      const results = allOf(driver.waitTask(running));
      await firstOf(driver.tasks());
      await endRunning();
      assert.deepEqual(
        (await results).map(({ exitCode }) => exitCode),
        [0],
      );
    },
  },
  {
    title: 'taskStats() emits samples in order of their times, and completes with the task',
    async run({ driver, running, endRunning }) {
      await driver.recoverTasks();
      const all = allOf(driver.taskStats(running, { intervalMs: INTERVAL_MS }));
      const some = await firstOf(
        driver.taskStats(running, { intervalMs: INTERVAL_MS }).pipe(take(2), toArray()),
      );
      assert.ok((some[0]?.timestampMs ?? 0) < (some[1]?.timestampMs ?? 0));
      await endRunning();
      const times = (await all).map(({ timestampMs }) => timestampMs);
      assert.ok(times.length > 0, 'no sample came');
      assert.deepEqual(
        [...times].sort((a, b) => a - b),
        times,
      );
    },
  },
  {
    title: 'allTaskStats() has a sample of each running task, and none of an exited one',
    async run({ driver, running, exited }) {
      await driver.recoverTasks();
      const samples = await firstOf(
        driver
          .allTaskStats({ intervalMs: INTERVAL_MS })
          .pipe(filter((list) => list.some(({ taskId }) => taskId === running))),
      );
      assert.ok(!samples.some(({ taskId }) => taskId === exited));
      assert.ok(samples.every(({ usage }) => usage.timestampMs > 0));
    },
  },
  {
    title: 'fingerprint(), hostStats() and samplingStats() emit a first value to each subscriber',
    async run({ driver }) {
      const options = { intervalMs: 1_000 };
      for (let subscriber = 0; subscriber < 2; subscriber += 1) {
        assert.match((await firstOf(driver.fingerprint())).health, /^(undetected|unhealthy|healthy)$/);
        assert.ok((await firstOf(driver.hostStats(options))).cpu.cores > 0);
        assert.ok((await firstOf(driver.samplingStats(options))).timestampMs > 0);
      }
    },
  },
  {
    title: 'one subscriber that leaves does not end the stream of another',
    async run({ driver, running }) {
      await driver.recoverTasks();
      const stays = firstOf(driver.taskStats(running, { intervalMs: INTERVAL_MS }).pipe(take(3), toArray()));
      await firstOf(driver.taskStats(running, { intervalMs: INTERVAL_MS }));
      assert.equal((await stays).length, 3);
    },
  },
];
