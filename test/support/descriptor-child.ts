import { closeSync, openSync } from 'node:fs';

import type { Observable } from 'rxjs';

import { createDriver, isRktError, type DriverOptions, type TaskSpecInput } from '../../src/index.ts';
import { until } from './until.ts';

/**
 * A driver in a process with few descriptors, which takes them all away from itself and gives them back. Arguments: the
 * driver's options and a task, as JSON. Prints one JSON object.
 */
const [options = '', task = ''] = process.argv.slice(2);
const driverOptions = { ...(JSON.parse(options) as DriverOptions), fingerprintPeriodMs: 200 };
const spec = JSON.parse(task) as TaskSpecInput;

interface Watched {
  values: number;
  /** What ended it: `complete`, the code of its error, or the error itself where it is none of the library's. */
  end?: string;
}

const described = (error: unknown): string => (isRktError(error) ? error.code : `raw: ${String(error)}`);

function watched(stream$: Observable<unknown>): Watched {
  const seen: Watched = { values: 0 };
  stream$.subscribe({
    next: () => (seen.values += 1),
    error: (error: unknown) => (seen.end = described(error)),
    complete: () => (seen.end = 'complete'),
  });
  return seen;
}

async function outcome(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return 'done';
  } catch (error) {
    return described(error);
  }
}

const taken: number[] = [];

/** All that are free now: those who meet the limit close some of theirs. */
function takeAll(): void {
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
  }
}

const driver = createDriver(driverOptions);
const later = createDriver(driverOptions);
await driver.startTask(spec);
const streams = {
  taskStats: watched(driver.taskStats(spec.id, { intervalMs: 100 })),
  perProcess: watched(driver.taskStats(spec.id, { intervalMs: 100, perProcess: true })),
  allTaskStats: watched(driver.allTaskStats({ intervalMs: 100 })),
  hostStats: watched(driver.hostStats({ intervalMs: 100 })),
  samplingStats: watched(driver.samplingStats({ intervalMs: 100 })),
  fingerprint: watched(driver.fingerprint()),
};
const pods = watched(driver.pods());
const tasks = watched(driver.tasks());
await until('every stream has a value', () =>
  [...Object.values(streams), pods].every(({ values }) => values > 0),
);

takeAll();
const meanwhile = {
  newStats: watched(driver.taskStats(spec.id, { intervalMs: 300 })),
  newHost: watched(driver.hostStats({ intervalMs: 300 })),
  follow: watched(driver.followTasks()),
};
const refusals: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['exec', () => driver.execTask(spec.id, ['/bin/true'])],
  ['start', () => driver.startTask({ ...spec, id: 'other' })],
  ['recover', () => driver.recoverTasks()],
  ['signal', () => driver.signalTask(spec.id, 'SIGCONT')],
  ['firstOp', () => later.execTask(spec.id, ['/bin/true'])],
];
const refused: Record<string, string> = {};
for (const [name, action] of refusals) {
  takeAll();
  refused[name] = await outcome(action);
}
takeAll();
const ticks = streams.samplingStats.values;
await until('streams have met it', () => streams.samplingStats.values > ticks + 20);
taken.forEach((fd) => closeSync(fd));

const all = { ...streams, ...meanwhile };
const before = Object.fromEntries(Object.entries(all).map(([name, { values }]) => [name, values]));
await until('every stream goes on', () =>
  Object.entries(all).every(
    ([name, { values, end }]) => end !== undefined || values > (before[name] ?? 0) || name === 'follow',
  ),
);
const started = await outcome(() => driver.startTask({ ...spec, id: 'third' }));
await until('the pods are seen', () => pods.end !== undefined || pods.values > 1);
const again = {
  exec: await outcome(() => driver.execTask(spec.id, ['/bin/true'])),
  start: started,
  recover: await outcome(() => later.recoverTasks()),
  laterExec: await outcome(() => later.execTask(spec.id, ['/bin/true'])),
};
await until(
  'the new task is followed',
  () => meanwhile.follow.end !== undefined || meanwhile.follow.values > 0,
);
const ends = Object.fromEntries(
  Object.entries({ ...all, pods, tasks }).map(([name, { end }]) => [name, end ?? 'goes on']),
);
for (const id of ['third', spec.id]) await driver.destroyTask(id, { force: true });
console.log(JSON.stringify({ refused, again, ends }));
await Promise.all([driver.shutdown(), later.shutdown()]);
