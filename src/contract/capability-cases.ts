import assert from 'node:assert/strict';

import type { Driver } from '../driver-interface.ts';
import { DRIVER_OPS, type DriverOp } from '../model/driver-ops.ts';
import { isRktError } from '../model/rkt-error.ts';
import type { ContractCase } from './contract-case.ts';
import { failureOf } from './failure-of.ts';

/** A call of each op. None of them may have an effect where it is refused. */
const CALLS: Readonly<Record<DriverOp, (driver: Driver, taskId: string) => unknown>> = {
  startTask: (driver) => driver.startTask({ id: 'never', config: { image: '/none.aci' } }),
  stopTask: (driver, id) => driver.stopTask(id, { timeoutMs: 0 }),
  restartTask: (driver, id) => driver.restartTask(id, { timeoutMs: 0 }),
  destroyTask: (driver, id) => driver.destroyTask(id, { force: true }),
  signalTask: (driver, id) => driver.signalTask(id, 'SIGKILL'),
  execTask: (driver, id) => driver.execTask(id, ['/bin/true']),
  execTaskStreaming: (driver, id) => driver.execTaskStreaming(id, { cmd: ['/bin/true'] }),
  recoverTask: (driver, id) => driver.recoverTask({ version: 0, taskId: id } as never),
  taskSpec: (driver, id) => driver.taskSpec(id),
  describeTask: (driver, id) => driver.describeTask(id),
  readTaskLog: (driver, id) => driver.readTaskLog(id, { write: () => Promise.resolve() }),
  config: (driver) => driver.config(),
  setConfig: (driver) => driver.setConfig({ volumes_enabled: false }),
  audit: (driver) => driver.audit({ fix: true }),
  lockAgent: (driver) => driver.lockAgent(),
};

export const capabilityCases: readonly ContractCase[] = [
  {
    title: 'capabilities name a kind and known ops, each once',
    run({ driver }) {
      const { kind, ops } = driver.capabilities();
      assert.ok(kind.length > 0, 'the kind has no name');
      assert.deepEqual([...new Set(ops)], [...ops]);
      assert.deepEqual(
        ops.filter((op) => !DRIVER_OPS.includes(op)),
        [],
      );
      return Promise.resolve();
    },
  },
  {
    title: 'an op that the capabilities do not name is refused by its name, and changes nothing',
    async run({ driver, running }) {
      await driver.recoverTasks();
      const { kind, ops } = driver.capabilities();
      for (const op of DRIVER_OPS.filter((each) => !ops.includes(each))) {
        const error = await failureOf(() => CALLS[op](driver, running));
        assert.ok(isRktError(error, 'RKT_ERR_UNSUPPORTED'), `${op}: ${String(error)}`);
        assert.match(error.message, new RegExp(`\\b${op}\\b`));
        assert.match(error.message, new RegExp(`\\b${kind}\\b`));
      }
      assert.equal(driver.inspectTask(running).phase, 'running');
    },
  },
  {
    title: 'the interface of the plugin is there without the machine',
    run({ driver }) {
      assert.equal(driver.pluginInfo().name, 'rkt');
      assert.ok(driver.configSchema().length > 0);
      assert.ok(driver.taskConfigSchema().some(({ name }) => name === 'image'));
      return Promise.resolve();
    },
  },
];
