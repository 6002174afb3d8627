import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { createRktRunner, type RktRunner, type RktRunnerOptions } from '../../src/rkt/command-runner.ts';
import { expectRktRejection } from '../support/errors.ts';
import { scriptDirectory, type ScriptDirectory } from '../support/scripts.ts';
import { until } from '../support/until.ts';

const WORKER = fileURLToPath(new URL('../support/called-rkt-child.js', import.meta.url));

interface Answer {
  readonly threadId: number;
  readonly env?: string;
  readonly process?: string;
  readonly cwd: string;
}

describe('createRktRunner with a worker', () => {
  let scripts: ScriptDirectory;
  let rkt: string;
  const runners: RktRunner[] = [];

  before(async () => {
    scripts = await scriptDirectory();
    rkt = await scripts.script('rkt', 'echo "a process: $*"');
  });
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.close()));
  });
  after(() => scripts.remove());

  const runnerOf = (options: Partial<RktRunnerOptions> = {}, worker = WORKER): RktRunner => {
    const runner = createRktRunner({ binary: { command: [rkt], runtime: 'embedded', worker }, ...options });
    runners.push(runner);
    return runner;
  };
  const list = async (runner: RktRunner, env?: Record<string, string>): Promise<Answer> =>
    JSON.parse((await runner.run(['list'], env === undefined ? {} : { env })).stdout) as Answer;
  const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}/exe`) && !isZombie(pid);
  const isZombie = (pid: number): boolean =>
    /^State:\tZ/m.test(existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '');

  it('gives the output of a call as that of a process', async () => {
    const runner = runnerOf({ dir: '/some/where' });
    const output = await runner.run(['status', '3'], { okExitCodes: [3] });
    expect(output).to.include({ stdout: '', stderr: 'status: 3\n', exitCode: 3 });
    expect(output.command).to.deep.equal([rkt, '--dir=/some/where', 'status', '3']);
    expect(runner.stats).to.include({ calls: 1, failures: 0 });
    const error = await expectRktRejection(runner.run(['status', '254']), 'RKT_ERR_RKT_FAILED');
    expect(error.details).to.include({ exitCode: 254, stderr: 'status: 254\n' });
    expect(error.message).to.include('status 254 exited with 254').and.include('status: 254');
  });

  it('calls one command after the other in the same thread', async () => {
    const runner = runnerOf();
    const first = await list(runner);
    expect((await list(runner)).threadId).to.equal(first.threadId);
  });

  it('gives a call the environment of the runner and its own, and leaves that of this process alone', async () => {
    const runner = runnerOf({ env: { GIVEN: 'runner' } });
    const { GIVEN: _, ...before } = process.env;
    expect(await list(runner)).to.include({ env: 'runner', process: 'runner', cwd: process.cwd() });
    expect(await list(runner, { GIVEN: 'call' })).to.include({ env: 'call', process: 'runner' });
    expect(await list(runner)).to.include({ env: 'runner' });
    expect(process.env).to.deep.equal(before);
  });

  it('starts a process for what cannot be called, and for what asks for one', async () => {
    const runner = runnerOf();
    const stdout = async (...args: Parameters<RktRunner['run']>): Promise<string> =>
      (await runner.run(...args)).stdout;
    expect(await stdout(['fetch', 'x'])).to.equal('a process: fetch x\n');
    expect(await stdout(['enter', 'list'])).to.equal('a process: enter list\n');
    expect(await stdout(['image', 'export', 'x'])).to.equal('a process: image export x\n');
    expect(await stdout(['list'], { wrap: (argv) => ['env', ...argv] })).to.equal('a process: list\n');
    expect(await stdout(['list'], { cwd: '/' })).to.equal('a process: list\n');
    expect(await stdout(['version'])).to.equal('a process: version\n');
    expect(await stdout(['version'], { wrapProcess: (argv) => [...argv, 'more'] })).to.equal(
      'a process: version more\n',
    );
    expect((await list(runner)).threadId).to.be.a('number');
  });

  it('fails a command whose worker crashes, exits or has no memory left, and no other', async () => {
    const runner = runnerOf();
    const before = await list(runner);
    const crash = await expectRktRejection(runner.run(['rm', 'crash']), 'RKT_ERR_RKT_FAILED');
    expect(crash.details.stderr).to.equal('rm: it was about to\nrkt: a crash\n');
    const exit = await expectRktRejection(runner.run(['rm', 'exit']), 'RKT_ERR_RKT_FAILED');
    expect(exit.details).to.include({ exitCode: 7 });
    const memory = await expectRktRejection(runner.run(['rm', 'memory']), 'RKT_ERR_RKT_FAILED');
    expect(memory.message).to.include('memory limit');
    expect((await list(runner)).threadId).to.be.greaterThan(before.threadId);
  });

  it('does not use a worker again in which a command left something behind', async () => {
    const runner = runnerOf();
    const before = await list(runner);
    await runner.run(['rm', 'dirty']);
    expect((await list(runner)).threadId).to.be.greaterThan(before.threadId);
  });

  it('ends a command that loops at its timeout, while others are served', async () => {
    const runner = runnerOf();
    const looping = runner.run(['rm', 'loop'], { timeoutMs: 400 });
    const others = Promise.all([list(runner), list(runner)]);
    const error = await expectRktRejection(looping, 'RKT_ERR_RKT_TIMEOUT');
    expect(error.message).to.include('did not exit within');
    await others;
    expect((await list(runner)).threadId).to.be.a('number');
  });

  it('starts one more worker when all hang', async () => {
    const runner = runnerOf();
    const controller = new AbortController();
    const hanging = [1, 2].map(() => runner.run(['rm', 'loop'], { signal: controller.signal }));
    const failures = Promise.all(hanging.map((run) => expectRktRejection(run, 'RKT_ERR_RKT_FAILED')));
    expect((await list(runner)).threadId).to.be.a('number');
    controller.abort();
    for (const { message } of await failures) expect(message).to.include('was aborted after');
  });

  it('kills what a hanging command waits for, with all that has started', async () => {
    const file = join(scripts.path, 'waited-for.pid');
    const runner = runnerOf();
    const controller = new AbortController();
    const hanging = expectRktRejection(
      runner.run(['rm', 'child', file], { signal: controller.signal }),
      'RKT_ERR_RKT_FAILED',
    );
    const pids = (): number[] =>
      existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
    await until('both processes run', () => pids().length === 2);
    controller.abort();
    await hanging;
    await until('both are gone', () => !pids().some(isAlive));
  });

  it('ends a command that prints without end', async () => {
    await expectRktRejection(runnerOf().run(['rm', 'flood']), 'RKT_ERR_RKT_OUTPUT');
  });

  it('keeps the event loop free while a command takes its time', async () => {
    const runner = runnerOf();
    const looping = expectRktRejection(runner.run(['rm', 'loop'], { timeoutMs: 300 }), 'RKT_ERR_RKT_TIMEOUT');
    let turns = 0;
    const counted = (async () => {
      for (; turns < 10; turns += 1) await delay(1);
    })();
    await Promise.race([looping, counted]);
    expect(turns).to.equal(10);
    await looping;
  });

  it('says when the program of the worker cannot be loaded', async () => {
    const runner = runnerOf({}, '/nowhere/worker.js');
    const error = await expectRktRejection(runner.run(['list']), 'RKT_ERR_RKT_MISSING');
    expect(error.message).to.include('/nowhere/worker.js');
  });

  it('serves commands after its end, and keeps no worker then', async () => {
    const runner = runnerOf();
    const { threadId } = await list(runner);
    await runner.close();
    const next = await list(runner);
    expect(next.threadId).to.be.greaterThan(threadId);
    expect((await list(runner)).threadId).to.be.greaterThan(next.threadId);
  });
});
