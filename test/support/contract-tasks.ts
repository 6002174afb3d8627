import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import type { Sandbox } from './sandbox.ts';

/** Real tasks for the cases of the contract; a new running one for each case. */
export interface ContractTasks {
  /** Has started the tasks. */
  readonly machine: Driver;
  readonly exited: string;
  /** The id of a running task, and what ends it. */
  start(): Promise<{ readonly running: string; readonly endRunning: () => Promise<void> }>;
}

export async function openContractTasks(sandbox: Sandbox): Promise<ContractTasks> {
  const machine = sandbox.driver();
  const exited = 'exited';
  await machine.startTask(sandbox.shell(exited, 'exit 3'));
  await firstValueFrom(machine.waitTask(exited));
  let count = 0;
  return {
    machine,
    exited,
    async start() {
      const running = `running-${(count += 1)}`;
      const flag = join(sandbox.base, `${running}.end`);
      const script = 'while [ ! -e /flags/$0.end ]; do sleep 0.05; done';
      const task = sandbox.shell(running, '');
      await machine.startTask({
        ...task,
        config: {
          ...task.config,
          args: ['-c', script, running],
          volumes: [`${sandbox.base}:/flags:readOnly`],
        },
      });
      return { running, endRunning: () => writeFile(flag, '') };
    },
  };
}
