import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { shellLine, variablesOf } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { buildImage } from '../support/images.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { requires, skipFor } from '../support/requirements.ts';

const OWN = '/proc/self/oom_score_adj';
const SCRIPT = 'cat /proc/self/oom_score_adj; umask';

describe('what an app inherits from a driver with an OOM score and a umask', function () {
  let sandbox: Sandbox;
  let driver: Driver;
  let score: string;
  let umask: number;

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    score = await readFile(OWN, 'utf8');
    await writeFile(OWN, '300');
    umask = process.umask(0o077);
  });
  after(async () => {
    process.umask(umask);
    await writeFile(OWN, score);
    await sandbox.close();
  });

  it('is neither, for a task', async () => {
    await driver.startTask(sandbox.shell('one', SCRIPT));
    await firstValueFrom(driver.waitTask('one'));
    expect(await readFile(driver.inspectTask('one').stdoutPath ?? '', 'utf8')).to.equal('0\n0022\n');
    await driver.destroyTask('one');
  });

  it('is the score that the task is given, and of a command in it', async () => {
    const resources = { oomScoreAdj: 250 };
    await driver.startTask(sandbox.shell('scored', `${SCRIPT}; exec sleep 600`, { resources }));
    const { stdout } = await driver.execTask('scored', ['/bin/sh', '-c', SCRIPT]);
    expect(stdout).to.equal('250\n0022\n');
    const output = driver.inspectTask('scored').stdoutPath ?? '';
    await until('the score is written', async () => (await readFile(output, 'utf8')).endsWith('0022\n'));
    expect(await readFile(output, 'utf8')).to.equal('250\n0022\n');
    await driver.destroyTask('scored', { force: true });
  });

  it("is the score of the image's isolator", async function () {
    if (process.env['RKT_STREAMS_TEST_RKT'] !== undefined)
      skipFor(this, 'embedded-rkt', 'is about the embedded rkt');
    const isolators = [{ name: 'os/linux/oom-score-adj', value: 120 }];
    const app = { exec: ['/bin/sh'], user: '0', group: '0', isolators };
    const image = await buildImage(sandbox.base, { name: 'test.local/scored', manifest: { app } });
    const config = { image, command: '/bin/sh', args: ['-c', SCRIPT] };
    await driver.startTask({ id: 'isolated', config });
    await firstValueFrom(driver.waitTask('isolated'));
    const output = await readFile(driver.inspectTask('isolated').stdoutPath ?? '', 'utf8');
    expect(output).to.equal('120\n0022\n');
    await driver.destroyTask('isolated');
  });

  it('says when the output of a command was cut', async () => {
    await driver.startTask(sandbox.shell('three', 'exec sleep 600'));
    const exec = (bytes: number) => driver.execTask('three', ['/bin/sh', '-c', `head -c ${bytes} /dev/zero`]);
    expect((await exec(1_000)).truncated).to.equal(false);
    const cut = await exec(17 * 1024 * 1024);
    expect([cut.truncated, cut.stdout.length]).to.deep.equal([true, 16 * 1024 * 1024]);
    await driver.destroyTask('three', { force: true });
  });

  it('is neither, for a command in it', async () => {
    await driver.startTask(sandbox.shell('two', 'sleep 600'));
    const { stdout } = await driver.execTask('two', ['/bin/sh', '-c', SCRIPT]);
    expect(stdout).to.equal('0\n0022\n');
    await driver.destroyTask('two', { force: true });
  });
});

describe('what an app inherits from a driver that was started with open descriptors', () => {
  const cli = useCliSandbox();
  /** The descriptors of the shell, and what they are. */
  const LIST = 'ls -l /proc/$$/fd; true';
  /** More than a POSIX shell can close. */
  const LEFT_OPEN = 40;

  const runLeaky = async (args: readonly string[]): Promise<readonly string[]> => {
    const stdio = Array.from({ length: LEFT_OPEN + 1 }, (_, fd): 'pipe' | 'ignore' =>
      [1, 7, LEFT_OPEN].includes(fd) ? 'pipe' : 'ignore',
    );
    const command = ['-c', `exec ${shellLine(args)}`];
    const child = spawn('/bin/sh', command, {
      stdio,
      env: { ...process.env, ...variablesOf(cli().sandbox) },
    });
    const found = [...(await text(child.stdout as Readable)).matchAll(/(\d+) -> (.*)$/gm)];
    expect(found.map(([, fd]) => fd)).to.include.members(['0', '1', '2']);
    return found.filter(([, fd]) => Number(fd) > 2).map(([, , target = '']) => target);
  };

  it('is the lock of its pod alone, for a task', async function () {
    requires(this, 'perl');
    const [lock, ...others] = await runLeaky(cli().shell(LIST, '--rm'));
    expect(lock).to.include(cli().sandbox.options.rktDir);
    expect(others).to.deep.equal([]);
  });

  it('is nothing, for a command in it', async function () {
    requires(this, 'perl');
    await cli().detach('busy');
    expect(await runLeaky(['exec', 'busy', '--', '/bin/sh', '-c', LIST])).to.deep.equal([]);
  });
});
