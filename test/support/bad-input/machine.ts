import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DriverOptions, ErrorCode } from '../../../src/index.ts';
import { until } from '../until.ts';
import { HANGS, taskOf, type Row, type Stage } from './row.ts';

const SHORT: DriverOptions = { rktTimeoutMs: 1_500, prepareTimeoutMs: 1_500, launchTimeoutMs: 1_500 };
const WITHIN = /did not exit within \d{4} ms and was killed/;
const MEMORY = { resources: { memoryLimitBytes: 64 * 1024 * 1024 } };

/** A start with an rkt that does something else for one subcommand. */
const broken = (
  what: string,
  subcommand: string,
  instead: string,
  code: ErrorCode,
  names: Row['names'],
  options: DriverOptions = {},
): Row => ({
  what,
  code,
  names,
  act: async ({ other, brokenRkt, sandbox }) => {
    const rkt = await brokenRkt(subcommand, instead);
    return other({ ...options, rkt }).startTask(taskOf(sandbox));
  },
});

/** A destroy with an rkt that breaks after the start and is sound again later. */
const breaksLater = (
  what: string,
  code: ErrorCode,
  names: Row['names'],
  breakIt: (rkt: string) => Promise<unknown>,
): Row => ({
  what,
  code,
  names,
  act: async ({ other, brokenRkt, sandbox }) => {
    const rkt = await brokenRkt('none', ':');
    const driver = other({ ...SHORT, rkt });
    await driver.startTask(sandbox.shell('bad', 'sleep 1000'));
    await rename(rkt, `${rkt}.sound`);
    await breakIt(rkt);
    try {
      await driver.destroyTask('bad', { force: true });
    } finally {
      await rename(`${rkt}.sound`, rkt);
      await driver.destroyTask('bad');
    }
  },
});

async function script(path: string, body: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

const missing = (what: string, names: Row['names'], make: (dir: string) => Promise<string>): Row => ({
  what,
  code: 'RKT_ERR_RKT_MISSING',
  names: [...names, 'choose the embedded'],
  act: async ({ other, dir, sandbox }) => other({ rkt: await make(dir) }).startTask(taskOf(sandbox)),
});

const output = (what: string, names: Row['names'], path: (stage: Stage) => string): Row => ({
  what,
  code: 'RKT_ERR_OUTPUT',
  names: [...names, 'directory of the named path'],
  act: (stage) => stage.start({}, { stdoutPath: path(stage) }),
});

/** A data directory in which one place is taken by a file. */
const dataDirectory = (what: string, code: ErrorCode, place: string): Row => ({
  what,
  code,
  names: [place, /EEXIST|ENOTDIR/],
  act: async ({ other, dir, sandbox }) => {
    const dataDir = join(dir, 'data');
    await mkdir(dataDir);
    await writeFile(join(dataDir, place), '');
    return other({ dataDir }).startTask(taskOf(sandbox));
  },
});

/** rkt itself, cgroups, output files and the data directory. */
export const MACHINE: readonly Row[] = [
  broken('an rkt that hangs in prepare', 'prepare', HANGS, 'RKT_ERR_RKT_TIMEOUT', ['prepare', WITHIN], SHORT),
  broken('an rkt that hangs in run-prepared', 'run-prepared', HANGS, 'RKT_ERR_LAUNCH', ['1500 ms'], SHORT),
  broken('an rkt that hangs in everything', '*', HANGS, 'RKT_ERR_RKT_TIMEOUT', ['version', WITHIN], SHORT),
  broken('an rkt that prints garbage', '*', 'echo garbage; exit 0', 'RKT_ERR_RKT_OUTPUT', [
    'garbage',
    '1.27.0',
  ]),
  broken(
    'an rkt that prepares and reports nothing',
    'prepare',
    'sound "$@" >/dev/null; exit 0',
    'RKT_ERR_RKT_OUTPUT',
    ['rkt prepare'],
  ),
  broken(
    'an rkt that prepares and fails then',
    'prepare',
    'sound "$@"; echo "prepare: odd end" >&2; exit 254',
    'RKT_ERR_RKT_FAILED',
    ['254', 'odd end'],
  ),
  broken(
    'an rkt that prepares and hangs then',
    'prepare',
    `sound "$@"; ${HANGS}`,
    'RKT_ERR_RKT_TIMEOUT',
    ['prepare', WITHIN],
    { ...SHORT, prepareTimeoutMs: 4_000 },
  ),
  broken('an rkt that never stops talking', 'prepare', 'exec yes', 'RKT_ERR_RKT_OUTPUT', [
    'prepare',
    'more than',
  ]),
  broken('an rkt that exits with 254', '*', 'echo "rkt: odd" >&2; exit 254', 'RKT_ERR_RKT_FAILED', [
    '254',
    'odd',
  ]),
  broken('an rkt that is killed', 'prepare', 'kill -KILL $$', 'RKT_ERR_RKT_FAILED', ['SIGKILL']),
  broken('a launch that fails', 'run-prepared', 'echo "stage0: odd" >&2; exit 254', 'RKT_ERR_LAUNCH', [
    'stage0: odd',
  ]),
  broken('a launch that is killed', 'run-prepared', 'kill -KILL $$', 'RKT_ERR_LAUNCH', ['ended with 137']),
  broken('a launch that does nothing', 'run-prepared', 'exit 0', 'RKT_ERR_LAUNCH', ['ended with 0']),
  {
    what: 'an rkt that hangs in status when no one else can report the end',
    code: 'RKT_ERR_RKT_TIMEOUT',
    names: ['status', WITHIN],
    act: async ({ other, driver, brokenRkt, sandbox }) => {
      const deaf = other({ ...SHORT, rkt: await brokenRkt('status', HANGS) });
      const { handle } = await deaf.startTask(sandbox.shell('bad', 'exec sleep 1000'));
      // Without its shim no one writes the exit down.
      for (const { pid } of [handle.state.shim, handle.state.process]) process.kill(pid, 'SIGKILL');
      try {
        await deaf.stopTask('bad', { timeoutMs: 0 });
      } finally {
        // Its sweep asks rkt again every 5 s.
        await deaf.shutdown();
        await driver.recoverTasks();
        await driver.destroyTask('bad');
        await until('the last rkt status was killed', async () => (await sandbox.leftovers()).length === 0);
      }
    },
  },
  breaksLater('an rkt that hangs in rm', 'RKT_ERR_RKT_TIMEOUT', ['rm', WITHIN], (rkt) => script(rkt, HANGS)),
  breaksLater('an rkt that prints garbage in rm', 'RKT_ERR_RKT_OUTPUT', ['rkt rm', 'odd'], (rkt) =>
    script(rkt, 'echo odd'),
  ),
  breaksLater('an rkt that goes missing', 'RKT_ERR_RKT_MISSING', ['rm', 'ENOENT'], () => Promise.resolve()),
  breaksLater('an rkt that cannot be executed any more', 'RKT_ERR_RKT_MISSING', ['rm', 'EACCES'], (rkt) =>
    writeFile(rkt, '#!/bin/sh\n'),
  ),
  missing('an rkt that is missing', ['/nowhere/rkt'], () => Promise.resolve('/nowhere/rkt')),
  missing('an rkt that is not in PATH', ['"no-such-rkt"'], () => Promise.resolve('no-such-rkt')),
  missing('an rkt that is a directory', ['odd'], async (dir) => {
    await mkdir(join(dir, 'odd'));
    return join(dir, 'odd');
  }),
  missing('an rkt that is not executable', ['odd'], async (dir) => {
    await writeFile(join(dir, 'odd'), '#!/bin/sh\n');
    return join(dir, 'odd');
  }),
  missing('an rkt whose interpreter is missing', ['odd', 'ENOENT'], async (dir) => {
    await writeFile(join(dir, 'odd'), '#!/nowhere/sh\n');
    await chmod(join(dir, 'odd'), 0o755);
    return join(dir, 'odd');
  }),

  {
    what: 'a cgroup parent that cannot be made',
    code: 'RKT_ERR_CGROUP',
    names: ['cgroup.procs/below', 'another parent cgroup'],
    act: ({ other, sandbox }) =>
      other({ cgroupParent: 'cgroup.procs/below' }).startTask(taskOf(sandbox, {}, MEMORY)),
  },
  {
    what: 'a limit where there are no cgroups',
    code: 'RKT_ERR_CGROUP',
    names: ['memory', 'writable'],
    act: ({ other, sandbox, dir }) => other({ cgroupRoot: dir }).startTask(taskOf(sandbox, {}, MEMORY)),
  },

  output('an output file in a directory that is missing', ['/nowhere/log'], () => '/nowhere/log'),
  output('an output file that is a directory', ['is a directory'], ({ dir }) => dir),
  output('an output file below a file', ['ENOTDIR'], () => '/etc/passwd/log'),

  {
    what: 'a data directory below a file',
    code: 'RKT_ERR_DATA_DIR',
    names: ['/etc/passwd/data', 'ENOTDIR'],
    act: ({ other, sandbox }) => other({ dataDir: '/etc/passwd/data' }).startTask(taskOf(sandbox)),
  },
  {
    what: 'a data directory where nothing can be written',
    code: 'RKT_ERR_DATA_DIR',
    names: ['/sys/kernel/data', /EPERM|EACCES|EROFS/],
    act: ({ other, sandbox }) => other({ dataDir: '/sys/kernel/data' }).startTask(taskOf(sandbox)),
  },
  dataDirectory('a state directory that is a file', 'RKT_ERR_STATE_FILE', 'state'),
  dataDirectory('a tasks directory that is a file', 'RKT_ERR_DATA_DIR', 'tasks'),
  dataDirectory('an exits directory that is a file', 'RKT_ERR_DATA_DIR', 'exits'),
];
