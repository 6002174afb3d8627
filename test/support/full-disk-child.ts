import { execFileSync } from 'node:child_process';
import { existsSync, openSync, readdirSync, rmSync, statfsSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';

import { firstValueFrom } from 'rxjs';

import {
  createDriver,
  isRktError,
  type Driver,
  type DriverOptions,
  type TaskSpecInput,
} from '../../src/index.ts';
import { until } from './until.ts';

/**
 * A driver whose data and rkt directory are on one small file system, in a mount namespace that its parent has made.
 * Arguments: the directory to mount it on, the image, the scenario. Prints one JSON object.
 */
const [place = '', image = '', scenario = ''] = process.argv.slice(2);
const MIB = 1024 * 1024;

execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', place]);

const options: DriverOptions = {
  rkt: 'embedded',
  rktDir: join(place, 'rkt'),
  dataDir: join(place, 'data'),
  cgroupParent: `rkt-streams-test-full-${process.pid}`,
};

const shell = (id: string, script: string): TaskSpecInput => ({
  id,
  config: { image, command: '/bin/sh', args: ['-c', script] },
});

/** Writes until the disk is full, and then waits. */
const FILLER = `while echo ${'filling '.repeat(500)}; do :; done 2>/dev/null; while :; do sleep 0.05; done`;

const isFull = (): boolean => statfsSync(place).bavail === 0;

/** What no task has written goes to the last byte. */
function fill(): string {
  const path = join(place, 'ballast');
  const fd = openSync(path, 'w');
  try {
    for (;;) writeSync(fd, Buffer.alloc(64 * 1024, 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(fd);
  }
  return path;
}

function files(): readonly string[] {
  const below = (...parts: string[]) => {
    const directory = join(place, ...parts);
    return existsSync(directory) ? readdirSync(directory).map((name) => `${parts.join('/')}/${name}`) : [];
  };
  const phases = existsSync(join(place, 'rkt/pods')) ? readdirSync(join(place, 'rkt/pods')) : [];
  return [
    ...below('data', 'state'),
    ...below('data', 'tasks'),
    ...below('data', 'exits'),
    ...phases.flatMap((phase) => below('rkt', 'pods', phase)),
  ];
}

async function failure(action: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await action;
    return { code: 'none' };
  } catch (error) {
    return isRktError(error) ? { code: error.code, message: error.message } : { raw: String(error) };
  }
}

/** The task itself has filled the disk by its log; then it is killed, or ends. */
async function exitOnFullDisk(driver: Driver): Promise<Record<string, unknown>> {
  await driver.startTask(shell('filler', `trap 'exit 41' TERM; ${FILLER}`));
  await until('the disk is full', isFull);
  const exit = firstValueFrom(driver.waitTask('filler'));
  await driver.stopTask('filler', { signal: 'SIGTERM', timeoutMs: 20_000 });
  const ended = await exit;
  const wasFull = isFull();
  await driver.destroyTask('filler', { force: true });
  return { exit: ended, wasFull, files: files(), freeMib: Math.round(free() / MIB) };
}

const free = (): number => {
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize;
};

/** Nothing that the driver may delete is large: all of it has to go without a byte. */
async function destroyOnFullDisk(driver: Driver): Promise<Record<string, unknown>> {
  await driver.startTask(shell('one', 'exec sleep 1000'));
  fill();
  await driver.destroyTask('one', { force: true });
  return { wasFull: free() < 0.5 * MIB, files: files() };
}

async function startOnFullDisk(driver: Driver): Promise<Record<string, unknown>> {
  await driver.startTask(shell('first', 'exit 0'));
  await firstValueFrom(driver.waitTask('first'));
  await driver.destroyTask('first', { force: true });
  const ballast = fill();
  const refused = await failure(driver.startTask(shell('one', 'exit 0')));
  const left = files();
  rmSync(ballast);
  await driver.startTask(shell('one', 'exit 3'));
  const exit = await firstValueFrom(driver.waitTask('one'));
  await driver.destroyTask('one', { force: true });
  return { refused, left, exit, files: files() };
}

/** The driver that started the task is gone, and the next one finds a full disk. */
async function recoverOnFullDisk(driver: Driver): Promise<Record<string, unknown>> {
  await driver.startTask(shell('runs', 'exec sleep 1000'));
  await driver.startTask(shell('ends', "trap 'exit 9' TERM; while :; do sleep 0.05; done"));
  const { pid = 0 } = driver.inspectTask('ends');
  await driver.shutdown();
  fill();
  process.kill(pid, 'SIGTERM');
  await until('it has ended', () => !existsSync(`/proc/${pid}`));
  const later = createDriver(options);
  try {
    const { recovered, failures } = await later.recoverTasks();
    const ended = await firstValueFrom(later.waitTask('ends'));
    await later.stopTask('runs', { signal: 'SIGTERM' });
    const stopped = await firstValueFrom(later.waitTask('runs'));
    for (const id of ['runs', 'ends']) await later.destroyTask(id, { force: true });
    return { recovered, failures, ended, stopped, files: files() };
  } finally {
    await later.shutdown();
  }
}

const SCENARIOS = { exitOnFullDisk, destroyOnFullDisk, startOnFullDisk, recoverOnFullDisk };

const driver = createDriver(options);
try {
  const run = SCENARIOS[scenario as keyof typeof SCENARIOS];
  console.log(JSON.stringify(await run(driver)));
} finally {
  await driver.shutdown();
  const last = createDriver(options);
  const { recovered } = await last.recoverTasks();
  for (const id of recovered) await last.destroyTask(id, { force: true });
  await last.shutdown();
}
