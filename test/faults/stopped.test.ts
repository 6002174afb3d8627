import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { readProcess } from '../../src/sources/process-info.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const SHIM = fileURLToPath(new URL('../../src/ops/shim.sh', import.meta.url));
const FOREVER = 'trap "exit 3" TERM; echo ready; while :; do sleep 0.05; done';
/** All that a process may be sent, but those of a fault of its own and those that nothing can catch. */
const SIGNALS = [1, 2, 3, 5, 6, 10, 12, 13, 14, 15, 16, 20, 21, 22, 24, 25, 26, 27, 29, 30, 31, 34, 50, 64];

/** Freezes a task as `freezer.state` of v1 or `cgroup.freeze` of v2 does. */
async function freeze(cgroupPaths: readonly string[]): Promise<void> {
  const v1 = cgroupPaths.map((path) => join(path, 'freezer.state')).find((file) => existsSync(file));
  const directory = cgroupPaths.find((path) => existsSync(join(path, 'cgroup.freeze'))) ?? '';
  await (v1 === undefined ? writeFile(join(directory, 'cgroup.freeze'), '1') : writeFile(v1, 'FROZEN'));
  await until('it is frozen', async () =>
    v1 === undefined
      ? (await readFile(join(directory, 'cgroup.events'), 'utf8')).includes('frozen 1')
      : (await readFile(v1, 'utf8')).trim() === 'FROZEN',
  );
}

/** A shim by itself, and a `mv` that signals it before it claims the ticket. */
async function runSignalledShim(base: string, signal: string): Promise<string> {
  const at = (name: string): string => join(base, name);
  await Promise.all(['bin', 'task', 'run'].map((name) => mkdir(at(name))));
  await writeFile(at('task/ticket'), '');
  await writeFile(at('exit'), '----');
  await writeFile(at('bin/mv'), `#!/bin/sh\nkill -s ${signal} $PPID\nPATH=/usr/bin:/bin exec mv "$@"\n`, {
    mode: 0o755,
  });
  const command = ['/bin/sh', '-c', 'exit 7'];
  const args = [at('task'), at('run'), at('exit'), at('pod'), '', ...command];
  const output = await open(at('out'), 'a');
  const env = { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` };
  const stdio = ['ignore', 'ignore', 'ignore', output.fd, output.fd] as const;
  await once(spawn('/bin/sh', [SHIM, ...args], { stdio: [...stdio], env }), 'exit');
  await output.close();
  return readFile(at('exit'), 'utf8');
}

describe('a shim or an app that was stopped or signalled', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
  });
  after(() => sandbox.close());

  const begin = async (id: string) => {
    const { state } = (await driver.startTask(sandbox.shell(id, FOREVER))).handle;
    const { stdoutPath = '' } = driver.inspectTask(id);
    await until('it has its trap', async () => (await readFile(stdoutPath, 'utf8')).includes('ready'));
    return state;
  };
  async function suspend(pid: number): Promise<void> {
    process.kill(pid, 'SIGSTOP');
    await until('it is stopped', async () => (await readProcess(pid))?.state === 'T');
  }

  for (const who of ['shim', 'process'] as const) {
    it(`stops a task whose ${who} is stopped, with its exit code`, async () => {
      const state = await begin(`stopped-${who}`);
      await suspend(state[who].pid);
      await driver.stopTask(`stopped-${who}`, { signal: 'SIGTERM', timeoutMs: 20_000 });
      const exit = await firstValueFrom(driver.waitTask(`stopped-${who}`));
      expect(exit).to.include({ exitCode: 3, source: 'exit-file' });
      await driver.destroyTask(`stopped-${who}`);
    });

    it(`destroys a task by force whose ${who} is stopped`, async () => {
      const state = await begin(`forced-${who}`);
      await suspend(state[who].pid);
      await driver.destroyTask(`forced-${who}`, { force: true });
      expect(await sandbox.leftovers()).to.deep.equal([]);
    });
  }

  for (const op of ['stop', 'destroy'] as const) {
    it(`ends a task by ${op} whose cgroup is frozen`, async () => {
      const id = `frozen-${op}`;
      const { cgroupPaths } = await begin(id);
      await freeze(cgroupPaths);
      if (op === 'stop') {
        await driver.stopTask(id, { signal: 'SIGTERM', timeoutMs: 20_000 });
        expect(await firstValueFrom(driver.waitTask(id))).to.include({ exitCode: 3, source: 'exit-file' });
      }
      await driver.destroyTask(id, { force: true });
      expect(await sandbox.leftovers()).to.deep.equal([]);
    });
  }

  it('loses no exit code by a signal before the shim has claimed its start', async () => {
    for (const signal of ['TERM', 'HUP', 'INT']) {
      const base = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
      expect(await runSignalledShim(base, signal)).to.equal('007\n');
      await rm(base, { recursive: true });
    }
  });

  it('loses no exit code by a signal to the shim', async () => {
    const { shim } = await begin('signalled');
    const kill = (signal: number): boolean => process.kill(shim.pid, signal);
    SIGNALS.forEach(kill);
    await driver.stopTask('signalled', { signal: 'SIGTERM', timeoutMs: 20_000 });
    const exit = await firstValueFrom(driver.waitTask('signalled'));
    expect(exit).to.include({ exitCode: 3, source: 'exit-file' });
    await driver.destroyTask('signalled');
  });
});
