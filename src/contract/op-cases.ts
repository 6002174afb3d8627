import assert from 'node:assert/strict';

import type { ContractCase } from './contract-case.ts';

export const opCases: readonly ContractCase[] = [
  {
    title: 'restartTask() starts a task again, in a new pod with the same id and specification',
    async run({ driver, running }) {
      if (!driver.capabilities().ops.includes('restartTask')) return;
      await driver.recoverTasks();
      const before = driver.inspectTask(running);
      const { handle } = await driver.restartTask(running, { timeoutMs: 0 });
      assert.equal(handle.state.spec.id, running);
      await driver.recoverTasks();
      const after = driver.inspectTask(running);
      assert.equal(after.phase, 'running');
      assert.equal(after.image, before.image);
      assert.notEqual(after.podId, before.podId);
    },
  },
];
