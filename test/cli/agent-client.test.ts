import { existsSync, linkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { newStartToken } from '../../src/ops/start-token.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { cliIn, parseLines, type CliResult } from '../support/cli-process.ts';
import { FOREVER } from '../support/cli-sandbox.ts';
import { openSandbox, recordEvents, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

describe('the command line beside an agent', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let server: Server;
  let cli: ReturnType<typeof cliIn>;
  let kinds: () => readonly string[];

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    const events = recordEvents(driver);
    kinds = () => events.map(({ kind, taskId }) => `${kind} ${taskId}`);
    await driver.recoverTasks();
    server = await createServer(driver, {
      dataDir: sandbox.options.dataDir,
      listen: false,
      dashboard: false,
    });
    driver.followTasks().subscribe({
      error: (error: unknown) => {
        throw error;
      },
    });
    cli = cliIn(sandbox);
    await driver.startTask(sandbox.shell('web', `echo out; echo err >&2; ${FOREVER}`));
    await driver.startTask(sandbox.shell('job', 'echo one; echo two; exit 3'));
    await firstValueFrom(driver.waitTask('job'));
  });
  after(async () => {
    await cli.killAll();
    await server.close();
    await sandbox.close();
  });

  /** The same command with the agent and without. */
  const both = (...args: readonly string[]): Promise<readonly [CliResult, CliResult]> =>
    Promise.all([cli.run(args), cli.run([...args, '--no-agent'])]);
  /** Times pass between the two, and a column is as wide as they are long. */
  const timeless = ({ exitCode, stdout, stderr }: CliResult): unknown => ({
    exitCode,
    stdout: stdout
      .replaceAll(/\d+(\.\d+)?(ms|s|m)( \d+s)? ago */g, 'ago')
      .replaceAll(/(STARTED) +/g, '$1 ')
      .replaceAll(/"timeMs":\d+/g, ''),
    stderr,
  });

  it('audits through the agent', async () => {
    const foreign = ['audit', '--rkt', '/no/such/rkt'];
    const [beside, alone] = await both(...foreign);
    expect(beside).to.deep.equal({ exitCode: 0, stdout: 'No leftovers found.\n', stderr: '' });
    expect(alone.exitCode).to.equal(1);
    expect(alone.stderr).to.include('/no/such/rkt');
    const { dataDir } = sandbox.options;
    const lost = join(dataDir, 'tasks', newStartToken(dataDir));
    await mkdir(lost);
    expect(
      (await cli.json(...foreign, '--fix')).map(({ kind, what, outcome }) => [kind, what, outcome]),
    ).to.deep.equal([['task-directory', lost, 'removed']]);
    expect(existsSync(lost)).to.equal(false);
  });

  it('prints the same with it and without', async () => {
    const commands = [
      ['ps', '-a'],
      ['ps', '-a', '--json'],
      ['inspect', 'web', 'job'],
      ['inspect', 'we', '--json'],
      ['wait', 'job'],
      ['fingerprint', '--json'],
      ['logs', 'job'],
      ['inspect', 'nope', '--json'],
    ];
    for (const args of commands) {
      const [beside, alone] = await both(...args);
      expect(timeless(beside), args.join(' ')).to.deep.equal(timeless(alone));
      expect(beside.stdout + beside.stderr, args.join(' ')).to.not.equal('');
    }
  });

  it('measures through it', async () => {
    const [beside, alone] = await both('stats', 'web', '--count', '2', '--interval', '200', '--json');
    for (const { exitCode, stdout, stderr } of [beside, alone]) {
      expect(exitCode, stderr).to.equal(0);
      const [sample] = parseLines(stdout);
      expect(sample).to.have.nested.property('usage.cpu.percent');
      expect(sample).to.include({ taskId: 'web' });
    }
    expect(Object.keys(parseLines(beside.stdout)[1] ?? {})).to.deep.equal(
      Object.keys(parseLines(alone.stdout)[1] ?? {}),
    );
  });

  it('lets it do what is done to tasks', async () => {
    await driver.startTask(sandbox.shell('sleeper', FOREVER));
    expect((await cli.run(['signal', 'sleeper', 'CONT'])).stdout).to.equal('sleeper\n');
    expect(kinds()).to.contain('signaled sleeper');
    expect((await cli.run(['rm', 'sleeper'])).stderr).to.contain('RKT_ERR_TASK_RUNNING');
    const again = cli.start(['wait', 'sleeper', '--json']);
    await until('somebody waits for it', () => server.stats().clients > 0);
    expect((await cli.run(['stop', '--signal', 'TERM', 'sleeper'])).exitCode).to.equal(0);
    expect(kinds()).to.contain('stopping sleeper');
    const { exitCode, stdout } = await again.ended;
    expect(exitCode).to.equal(7);
    expect(parseLines(stdout)[0]).to.include({ id: 'sleeper', exitCode: 7 });
    expect((await cli.run(['rm', 'sleeper'])).stdout).to.equal('sleeper\n');
    expect(kinds()).to.contain('destroyed sleeper');
  });

  it('runs tasks and commands on its own, and the agent knows them at once', async () => {
    const args = ['run', '-d', '--id', 'own', sandbox.image, '--', '-c', FOREVER];
    expect((await cli.run(args)).stdout).to.equal('own\n');
    expect(driver.inspectTask('own').phase).to.equal('running');
    const { exitCode, stdout } = await cli.run([
      'exec',
      'own',
      '--',
      '/bin/sh',
      '-c',
      'echo $((6*7)); exit 5',
    ]);
    expect([exitCode, stdout]).to.deep.equal([5, '42\n']);
    await cli.run(['rm', '-f', 'own']);
    expect(kinds()).to.contain('destroyed own');
  });

  it('follows events and logs, and says so when the agent goes away', async () => {
    const events = cli.start(['events', '--replay', '--json']);
    await events.says('"kind":"exited","taskId":"job"');
    const logs = cli.start(['logs', '-f', '-n', '1', 'web']);
    await logs.says('out\n');
    await until('both read streams', () => server.stats().clients === 2);
    await server.close();
    const ended = await events.ended;
    expect(ended.exitCode).to.equal(1);
    expect(parseLines(ended.stderr).at(-1)).to.have.nested.property('error.code', 'RKT_ERR_AGENT_LOST');
    const cut = await logs.ended;
    expect(cut.exitCode).to.equal(1);
    expect(cut.stderr).to.contain('RKT_ERR_AGENT_LOST').and.to.contain('err\n');
  });

  it('works alone when the agent has left a socket that no one answers on', async () => {
    const socketPath = join(sandbox.options.dataDir, 'agent.sock');
    const last = await createServer(driver, {
      dataDir: sandbox.options.dataDir,
      listen: false,
      dashboard: false,
    });
    const kept = `${socketPath}.kept`;
    linkSync(socketPath, kept);
    await last.close();
    linkSync(kept, socketPath);
    const { exitCode, stdout, stderr } = await cli.run(['ps', '--json', '--log-level', 'debug']);
    expect(exitCode, stderr).to.equal(0);
    expect(parseLines(stdout)[0]).to.include({ id: 'web' });
    expect(stderr).to.contain('No agent responds');
  });
});
