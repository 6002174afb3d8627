import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { firstValueFrom } from 'rxjs';

import type { ContractEnvironment } from '../../src/contract/index.ts';
import type { Driver } from '../../src/index.ts';
import type { Sandbox } from './sandbox.ts';

/** Real tasks for the cases of the contract; a new running one for each case. */
export interface ContractTasks {
  /** Has started the tasks. */
  readonly machine: Driver;
  /** Starts a task for a case over this driver, which is made for it; `prefix` is what its ids begin with. */
  environment(open: () => Driver, prefix?: string): Promise<ContractEnvironment>;
}

export async function openContractTasks(sandbox: Sandbox): Promise<ContractTasks> {
  const machine = sandbox.driver();
  const exited = 'exited';
  await machine.startTask(sandbox.shell(exited, 'exit 3'));
  await firstValueFrom(machine.waitTask(exited));
  let count = 0;
  return {
    machine,
    async environment(open, prefix = '') {
      const running = `running-${(count += 1)}`;
      const flag = join(sandbox.base, `${running}.end`);
      const script = 'echo first; echo second; while [ ! -e /flags/$0.end ]; do sleep 0.05; done';
      const task = sandbox.shell(running, '');
      await machine.startTask({
        ...task,
        config: {
          ...task.config,
          args: ['-c', script, running],
          volumes: [`${sandbox.base}:/flags:readOnly`],
        },
      });
      const driver = open();
      return {
        driver,
        running: `${prefix}${running}`,
        exited: `${prefix}${exited}`,
        endRunning: () => writeFile(flag, ''),
        async close() {
          await driver.shutdown();
          await machine.destroyTask(running, { force: true });
        },
      };
    },
  };
}
