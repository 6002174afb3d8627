import { writeSync } from 'node:fs';

import { firstValueFrom } from 'rxjs';

import { createDriver, type DriverOptions, type TaskSpecInput } from '../../src/index.ts';

/**
 * A driver in a process of its own, to be killed: starts the task it is given, waits for its end, destroys it, and says
 * each time how far it is. Arguments: the driver's options and the task, as JSON; and the kind of event at which it kills
 * itself, after it said the id of that event.
 */
const [options = '', task = '', lastKind] = process.argv.slice(2);
const driver = createDriver(JSON.parse(options) as DriverOptions);
const spec = JSON.parse(task) as TaskSpecInput;

driver.taskEvents().subscribe({
  next({ id, kind }) {
    if (kind !== lastKind) return;
    writeSync(process.stdout.fd, `${id}\n`);
    process.kill(process.pid, 'SIGKILL');
  },
  error: (error: unknown) => {
    throw error;
  },
});

console.log('ready');
await driver.startTask(spec);
console.log('started');
await firstValueFrom(driver.waitTask(spec.id));
console.log('exited');
await driver.destroyTask(spec.id);
console.log('destroyed');
await driver.shutdown();
