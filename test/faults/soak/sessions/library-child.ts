import { firstValueFrom } from 'rxjs';

import { createDriver, isRktError, type DriverOptions, type TaskSpecInput } from '../../../../src/index.ts';

/**
 * A driver in a process of its own, to be killed: recovers what is there, and then does what its parent asks by messages
 * `{ call, op, argument }`, answered by `{ call, result }` or `{ call, error }`. Argument: the driver's options, as JSON.
 */
interface Request {
  readonly call: number;
  readonly op: keyof typeof OPS;
  readonly argument: unknown;
}

const [options = ''] = process.argv.slice(2);
const driver = createDriver(JSON.parse(options) as DriverOptions);

const OPS = {
  start: async (spec: unknown) => {
    await driver.startTask(spec as TaskSpecInput);
  },
  knows: (id: unknown) => Promise.resolve(isKnown(String(id))),
  wait: (id: unknown) => firstValueFrom(driver.waitTask(String(id))),
  destroy: (id: unknown) => driver.destroyTask(String(id)),
};

driver.taskEvents().subscribe({
  next: (event) => event.kind === 'exited' && send({ event }),
  error: (error: unknown) => {
    throw error;
  },
});
const { failures } = await driver.recoverTasks();
for (const { error } of failures) console.error(error);
process.on('message', ({ call, op, argument }: Request) => {
  OPS[op](argument).then(
    (result: unknown) => send({ call, result }),
    (error: unknown) => send({ call, error: String(error) }),
  );
});
process.on('disconnect', () => void driver.shutdown());
send({ ready: true });

function isKnown(id: string): boolean {
  try {
    driver.inspectTask(id);
    return true;
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_TASK_NOT_FOUND')) return false;
    throw error;
  }
}

function send(message: object): void {
  if (process.connected) process.send?.(message);
}
