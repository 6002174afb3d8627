import assert from 'node:assert/strict';

import { filter, type Observable } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import { isRktError } from '../model/rkt-error.ts';
import { allOf, firstOf, type ContractCase } from './contract-case.ts';
import { failureOf } from './failure-of.ts';

/** Every stream that completes at shutdown. */
const ENDLESS: Readonly<Record<string, (driver: Driver, taskId: string) => Observable<unknown>>> = {
  fingerprint: (driver) => driver.fingerprint(),
  taskEvents: (driver) => driver.taskEvents(),
  taskStats: (driver, id) => driver.taskStats(id),
  allTaskStats: (driver) => driver.allTaskStats(),
  tasks: (driver) => driver.tasks(),
  pods: (driver) => driver.pods(),
  hostStats: (driver) => driver.hostStats(),
  samplingStats: (driver) => driver.samplingStats(),
  followTasks: (driver) => driver.followTasks(),
};

export const shutdownCases: readonly ContractCase[] = [
  {
    title: 'shutdown completes every endless stream',
    async run({ driver, running }) {
      await driver.recoverTasks();
      const streams = Object.entries(ENDLESS).map(async ([name, open]) => {
        await allOf(open(driver, running)).catch((error: unknown) => {
          throw new Error(`${name} did not complete: ${String(error)}`, { cause: error });
        });
      });
      await firstOf(driver.tasks());
      await driver.shutdown();
      await Promise.all(streams);
    },
  },
  {
    title: 'a stream that is subscribed after shutdown completes without a value',
    async run({ driver, running }) {
      await driver.recoverTasks();
      await driver.shutdown();
      for (const [name, open] of Object.entries(ENDLESS)) {
        assert.deepEqual(await allOf(open(driver, running)), [], name);
      }
    },
  },
  {
    title: 'waitTask() fails with RKT_ERR_SHUTDOWN at shutdown and after it',
    async run({ driver, running }) {
      await driver.recoverTasks();
      const during = failureOf(() => allOf(driver.waitTask(running)));
      await firstOf(driver.tasks());
      await driver.shutdown();
      assert.ok(isRktError(await during, 'RKT_ERR_SHUTDOWN'), String(await during));
      const after = await failureOf(() => allOf(driver.waitTask(running)));
      assert.ok(isRktError(after, 'RKT_ERR_SHUTDOWN'), String(after));
    },
  },
  {
    title: 'connection() is closed and completes at shutdown, and after it',
    async run({ driver }) {
      const states = allOf(driver.connection());
      await firstOf(driver.connection().pipe(filter(({ state }) => state === 'live')));
      await driver.shutdown();
      assert.deepEqual((await states).at(-1), { state: 'closed' });
      assert.deepEqual(await allOf(driver.connection()), [{ state: 'closed' }]);
    },
  },
  {
    title: 'ops reject with RKT_ERR_SHUTDOWN after shutdown, and a second shutdown does nothing',
    async run({ driver, running }) {
      await driver.recoverTasks();
      await driver.shutdown();
      await driver.shutdown();
      const { ops } = driver.capabilities();
      const calls: readonly (() => Promise<unknown>)[] = [
        () => driver.recoverTasks(),
        ...(ops.includes('stopTask') ? [() => driver.stopTask(running)] : []),
        ...(ops.includes('readTaskLog')
          ? [() => driver.readTaskLog(running, { write: () => Promise.resolve() })]
          : []),
        ...(ops.includes('describeTask') ? [() => driver.describeTask(running)] : []),
        ...(ops.includes('signalTask') ? [() => driver.signalTask(running, 'SIGHUP')] : []),
        ...(ops.includes('audit') ? [() => driver.audit()] : []),
      ];
      for (const call of calls) {
        const error = await failureOf(call);
        assert.ok(isRktError(error, 'RKT_ERR_SHUTDOWN'), `${call.toString()}: ${String(error)}`);
      }
    },
  },
];
