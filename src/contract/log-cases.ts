import assert from 'node:assert/strict';

import type { Driver } from '../driver-interface.ts';
import { isRktError } from '../model/rkt-error.ts';
import type { TaskLogOptions } from '../model/task-log.ts';
import type { ContractCase } from './contract-case.ts';
import { failureOf } from './failure-of.ts';

/** The output of a task, and where the reading has begun to write. */
function reading(
  driver: Driver,
  taskId: string,
  options: Omit<TaskLogOptions, 'write'> = {},
): { readonly text: Promise<string>; readonly begun: Promise<unknown> } {
  let text = '';
  let begin: (value?: unknown) => void = () => undefined;
  const begun = new Promise((resolve) => (begin = resolve));
  const write: TaskLogOptions['write'] = ({ bytes }) => {
    text += new TextDecoder().decode(bytes);
    if (text.includes('second')) begin();
    return Promise.resolve();
  };
  const read = driver.readTaskLog(taskId, { ...options, write });
  return { text: read.then(() => text), begun: Promise.race([begun, read]) };
}

export const logCases: readonly ContractCase[] = [
  {
    title:
      'describeTask() hides values of variables and words of args; readTaskLog() reads the output of a task or the end of it, ' +
      'and fails with the error of write, and with RKT_ERR_SHUTDOWN at shutdown',
    async run({ driver, running }) {
      const { ops } = driver.capabilities();
      await driver.recoverTasks();
      if (ops.includes('describeTask')) {
        const { id, config, env } = await driver.describeTask(running);
        assert.equal(id, running);
        assert.equal(config.image, driver.inspectTask(running).image);
        assert.deepEqual([...new Set([...config.args, ...Object.values(env)])], ['…']);
      }
      if (!ops.includes('readTaskLog')) return;
      const follow = reading(driver, running, { follow: true });
      const end = failureOf(() => follow.text);
      await follow.begun;
      assert.equal(await reading(driver, running).text, 'first\nsecond\n');
      assert.equal(await reading(driver, running, { tailLines: 1 }).text, 'second\n');
      assert.equal(await reading(driver, running, { tailBytes: 8 }).text, 'second\n');
      assert.equal(await reading(driver, running, { streams: ['stderr'] }).text, '');
      const failure = await failureOf(() =>
        driver.readTaskLog(running, { follow: true, write: () => Promise.reject(new Error('full')) }),
      );
      assert.match(String(failure), /full/);
      await driver.shutdown();
      assert.ok(isRktError(await end, 'RKT_ERR_SHUTDOWN'), String(await end));
    },
  },
  {
    title: 'readTaskLog() follows the output until the task has exited, and ends at an abort',
    async run({ driver, running, endRunning }) {
      if (!driver.capabilities().ops.includes('readTaskLog')) return;
      await driver.recoverTasks();
      const over = new AbortController();
      const aborted = reading(driver, running, { follow: true, signal: over.signal });
      const whole = reading(driver, running, { follow: true });
      await Promise.all([aborted.begun, whole.begun]);
      over.abort();
      assert.equal(await aborted.text, 'first\nsecond\n');
      await endRunning();
      assert.equal(await whole.text, 'first\nsecond\n');
    },
  },
];
