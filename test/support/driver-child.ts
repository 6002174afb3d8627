import { firstValueFrom } from 'rxjs';

import { createDriver, type DriverOptions, type TaskSpecInput } from '../../src/index.ts';

/**
 * A driver in a process of its own, to be killed: starts the task it is given, waits for its end, destroys it, and says
 * each time how far it is. Arguments: the driver's options and the task, as JSON.
 */
const [options = '', task = ''] = process.argv.slice(2);
const driver = createDriver(JSON.parse(options) as DriverOptions);
const spec = JSON.parse(task) as TaskSpecInput;

console.log('ready');
await driver.startTask(spec);
console.log('started');
await firstValueFrom(driver.waitTask(spec.id));
console.log('exited');
await driver.destroyTask(spec.id);
console.log('destroyed');
await driver.shutdown();
