import assert from 'node:assert/strict';

import { isRktError } from '../model/rkt-error.ts';
import { firstOf, type ContractCase } from './contract-case.ts';
import { failureOf } from './failure-of.ts';

export const lookUpCases: readonly ContractCase[] = [
  {
    title: 'recoverTasks finds the tasks, which inspectTask then returns',
    async run({ driver, running, exited }) {
      const { recovered } = await driver.recoverTasks();
      assert.ok(recovered.includes(running), `${running} is not among ${recovered.join(', ')}`);
      assert.equal(driver.inspectTask(running).phase, 'running');
      assert.equal(driver.inspectTask(exited).phase, 'exited');
      assert.equal(driver.inspectTask(exited).exitResult?.exitCode, 3);
    },
  },
  {
    title: 'inspectTask returns what tasks() has emitted last',
    async run({ driver, running }) {
      await driver.recoverTasks();
      const tasks = await firstOf(driver.tasks());
      assert.deepEqual(
        driver.inspectTask(running),
        tasks.find(({ id }) => id === running),
      );
    },
  },
  {
    title: 'an unknown task is RKT_ERR_TASK_NOT_FOUND for look-ups, streams and ops',
    async run({ driver }) {
      await driver.recoverTasks();
      const { ops } = driver.capabilities();
      const calls: readonly (() => unknown)[] = [
        () => driver.inspectTask('no-such-task'),
        () => firstOf(driver.taskStats('no-such-task')),
        () => firstOf(driver.waitTask('no-such-task')),
        ...(ops.includes('stopTask') ? [() => driver.stopTask('no-such-task')] : []),
        ...(ops.includes('signalTask') ? [() => driver.signalTask('no-such-task', 'SIGHUP')] : []),
        ...(ops.includes('restartTask') ? [() => driver.restartTask('no-such-task')] : []),
        ...(ops.includes('destroyTask') ? [() => driver.destroyTask('no-such-task')] : []),
        ...(ops.includes('describeTask') ? [() => driver.describeTask('no-such-task')] : []),
        ...(ops.includes('readTaskLog')
          ? [() => driver.readTaskLog('no-such-task', { write: () => Promise.resolve() })]
          : []),
        ...(ops.includes('execTask') ? [() => driver.execTask('no-such-task', ['/bin/true'])] : []),
      ];
      for (const call of calls) {
        const error = await failureOf(call);
        assert.ok(isRktError(error, 'RKT_ERR_TASK_NOT_FOUND'), `${call.toString()}: ${String(error)}`);
      }
    },
  },
];
