import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { firstValueFrom } from 'rxjs';

import type { Driver, ErrorCode } from '../../../src/index.ts';
import { stateFileName } from '../../../src/registry/state-store.ts';
import { aStoredTask } from '../stored-tasks.ts';
import { taskOf, type Row, type Stage } from './row.ts';

const unknownTask = (op: string, act: (driver: Driver) => unknown): Row => ({
  what: `${op} of a task that no one knows`,
  code: 'RKT_ERR_TASK_NOT_FOUND',
  names: ['task not found for given id: "unknown"', 'rkt-streams ps'],
  act: ({ driver }) => act(driver),
});

const id = (what: string, value: unknown, names: Row['names']): Row => ({
  what,
  code: 'RKT_ERR_TASK_CONFIG',
  names: ['task.id', ...names],
  act: ({ start }) => start({}, { id: value }),
});

const handle = (what: string, names: Row['names'], damage: (handle: Handle) => unknown): Row => ({
  what,
  code: 'RKT_ERR_HANDLE',
  names: [...names, 'the handle that startTask returned'],
  act: async ({ other, driver, sandbox }) => {
    const { handle: sound } = await driver.startTask(sandbox.shell('handle', 'exit 0'));
    await driver.destroyTask('handle', { force: true });
    return other({}).recoverTask(damage(sound) as never);
  },
});

interface Handle {
  readonly version: number;
  readonly state: object;
}

/** A state file of the task `bad` with this text, and a driver that is to recover all. */
const stateFile = (what: string, names: Row['names'], text: string): Row => ({
  what,
  code: 'RKT_ERR_STATE_FILE',
  names: [stateFileName('bad'), ...names, 'move it away'],
  act: async (stage) => withStateFile(stage, (path) => writeFile(path, text)),
});

async function withStateFile(
  { sandbox, driver }: Stage,
  make: (path: string) => Promise<unknown>,
): Promise<void> {
  const directory = join(sandbox.options.dataDir, 'state');
  await mkdir(directory, { recursive: true });
  const path = join(directory, stateFileName('bad'));
  try {
    await make(path);
    const { failures } = await driver.recoverTasks();
    for (const { error } of failures) throw error;
  } finally {
    await rm(path, { recursive: true });
  }
}

const stored = JSON.stringify(aStoredTask('bad'));

const good = (what: string, code: ErrorCode, names: Row['names'], act: (driver: Driver) => unknown): Row => ({
  what,
  code,
  names,
  beside: true,
  act: ({ driver }) => act(driver),
});

/** Ids, signals, timeouts, commands, handles and state files. */
export const TASKS: readonly Row[] = [
  unknownTask('stop', (driver) => driver.stopTask('unknown')),
  unknownTask('destroy', (driver) => driver.destroyTask('unknown', { force: true })),
  unknownTask('inspect', (driver) => driver.inspectTask('unknown')),
  unknownTask('signal', (driver) => driver.signalTask('unknown', 'SIGHUP')),
  unknownTask('exec', (driver) => driver.execTask('unknown', ['/bin/true'])),
  unknownTask('streaming exec', (driver) => driver.execTaskStreaming('unknown', { cmd: ['/bin/true'] })),
  unknownTask('wait', (driver) => firstValueFrom(driver.waitTask('unknown'))),
  unknownTask('stats', (driver) => firstValueFrom(driver.taskStats('unknown'))),
  id('an id that is empty', '', ['""']),
  id('an id with a zero byte', 'a\0b', ['NUL byte']),
  id('an id that is too long', 'x'.repeat(513), ['512']),
  id('an id that is a number', 7, ['7']),
  {
    what: 'an id that is taken',
    code: 'RKT_ERR_TASK_EXISTS',
    names: ['"good"', 'use another id'],
    beside: true,
    act: ({ start }) => start({}, { id: 'good' }),
  },
  {
    what: 'an id that is taken by another driver',
    code: 'RKT_ERR_TASK_EXISTS',
    names: ['"good"', 'state'],
    beside: true,
    act: ({ other, sandbox }) => other({}).startTask(sandbox.shell('good', 'exit 0')),
  },
  good('a stop with an unknown signal', 'RKT_ERR_SIGNAL', ['"SIGNOPE"', 'SIGTERM'], (driver) =>
    driver.stopTask('good', { signal: 'SIGNOPE' }),
  ),
  good('a stop with a negative timeout', 'RKT_ERR_OPTIONS', ['timeoutMs', '-1'], (driver) =>
    driver.stopTask('good', { timeoutMs: -1 }),
  ),
  good('a stop with a timeout that is no number', 'RKT_ERR_OPTIONS', ['timeoutMs', 'NaN'], (driver) =>
    driver.stopTask('good', { timeoutMs: Number.NaN }),
  ),
  good('a stop with a timeout no timer can hold', 'RKT_ERR_OPTIONS', ['timeoutMs', '2147483648'], (driver) =>
    driver.stopTask('good', { timeoutMs: 2 ** 31 }),
  ),
  good('an exec with a negative timeout', 'RKT_ERR_OPTIONS', ['timeoutMs', '-5'], (driver) =>
    driver.execTask('good', ['/bin/true'], { timeoutMs: -5 }),
  ),
  good(
    'an exec with no time at all',
    'RKT_ERR_EXEC_TIMEOUT',
    ['"/bin/sleep" with 1 argument', '0 ms'],
    (driver) => driver.execTask('good', ['/bin/sleep', '1000'], { timeoutMs: 0 }),
  ),
  good('an exec of nothing', 'RKT_ERR_EXEC_COMMAND', ['"good"', 'a program of the image'], (driver) =>
    driver.execTask('good', []),
  ),
  good('an exec of an empty command', 'RKT_ERR_EXEC_COMMAND', ['"good"'], (driver) =>
    driver.execTaskStreaming('good', { cmd: ['', 'x'] }),
  ),
  good('an exec of a command with a zero byte', 'RKT_ERR_EXEC_COMMAND', ['NUL byte'], (driver) =>
    driver.execTask('good', ['/bin/echo', 'a\0b']),
  ),
  good(
    'an exec whose stdout breaks',
    'RKT_ERR_EXEC_STREAM',
    ['"/bin/sh" with 2 arguments', 'full'],
    (driver) => {
      const stdout = new PassThrough();
      const cmd = ['/bin/sh', '-c', 'echo x; sleep 1000'];
      stdout.once('data', () => stdout.destroy(new Error('full')));
      return driver.execTaskStreaming('good', { cmd, stdout });
    },
  ),
  good('an exec whose stdin breaks', 'RKT_ERR_EXEC_STREAM', ['/bin/cat', 'gone'], (driver) => {
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    stdin.write('x');
    stdout.once('data', () => stdin.destroy(new Error('gone')));
    return driver.execTaskStreaming('good', { cmd: ['/bin/cat'], stdin, stdout });
  }),
  good('a destroy without force', 'RKT_ERR_TASK_RUNNING', ['"good"', 'force'], (driver) =>
    driver.destroyTask('good'),
  ),
  {
    what: 'an exec in a task that has ended',
    code: 'RKT_ERR_TASK_NOT_RUNNING',
    names: ['"bad"', 'exited'],
    act: (stage) => afterItsEnd(stage, () => stage.driver.execTask('bad', ['/bin/true'])),
  },
  {
    what: 'a signal to a task that has ended',
    code: 'RKT_ERR_TASK_NOT_RUNNING',
    names: ['"bad"', 'exited'],
    act: (stage) => afterItsEnd(stage, () => stage.driver.signalTask('bad', 'SIGHUP')),
  },
  {
    what: 'an op after the shutdown',
    code: 'RKT_ERR_SHUTDOWN',
    names: ['Create a new driver'],
    act: async ({ other, sandbox }) => {
      const driver = other({});
      await driver.shutdown();
      return driver.startTask(taskOf(sandbox));
    },
  },

  handle('a handle that is missing', ['without its handle'], () => undefined),
  handle('a handle that is null', ['without its handle'], () => null),
  handle('a handle of a later version', ['handle.version', '2'], (sound) => ({ ...sound, version: 2 })),
  handle('a handle that is cut off', ['handle.state.podId'], ({ version, state }) => ({
    version,
    state: { ...state, podId: undefined },
  })),
  handle('a handle whose token is a path', ['handle.state.startToken', '../..'], ({ version, state }) => ({
    version,
    state: { ...state, startToken: '../..' },
  })),

  stateFile('a state file that is empty', ['not JSON'], ''),
  stateFile('a state file that is cut off', ['not JSON'], stored.slice(0, stored.length / 2)),
  stateFile(
    'a state file of a later version',
    ['version', '2'],
    stored.replace('"version":1', '"version":2'),
  ),
  stateFile('a state file of another task', ['another'], JSON.stringify(aStoredTask('another'))),
  stateFile('a state file that is a foreign JSON', ['startToken'], '{"name":"something","version":"1.0.0"}'),
  {
    what: 'a state file that is a directory',
    code: 'RKT_ERR_STATE_FILE',
    names: [stateFileName('bad'), 'EISDIR'],
    act: (stage) => withStateFile(stage, (path) => mkdir(path)),
  },
  {
    what: 'a start over a state file that is damaged',
    code: 'RKT_ERR_STATE_FILE',
    names: [stateFileName('bad'), 'not JSON'],
    act: (stage) =>
      withStateFile(stage, async (path) => {
        await writeFile(path, '{');
        await stage.start({});
      }),
  },
];

async function afterItsEnd({ driver, start }: Stage, act: () => Promise<unknown>): Promise<void> {
  await start({});
  await firstValueFrom(driver.waitTask('bad'));
  try {
    await act();
  } finally {
    await driver.destroyTask('bad');
  }
}
