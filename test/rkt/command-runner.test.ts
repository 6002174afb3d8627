import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { createRktRunner, type RktRunner, type RktRunnerOptions } from '../../src/rkt/command-runner.ts';
import { expectRktRejection } from '../support/errors.ts';
import { scriptDirectory, type ScriptDirectory } from '../support/scripts.ts';
import { until } from '../support/until.ts';

describe('createRktRunner', () => {
  let scripts: ScriptDirectory;
  before(async () => {
    scripts = await scriptDirectory();
  });
  after(() => scripts.remove());

  const runnerOf = async (body: string, options: Partial<RktRunnerOptions> = {}): Promise<RktRunner> => {
    const path = await scripts.script(`rkt-${String(Math.random()).slice(2)}`, body);
    return createRktRunner({ binary: { command: [path], runtime: 'rkt' }, ...options });
  };
  const isAlive = (pid: number): boolean => {
    try {
      return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  const pidIn = async (file: string): Promise<number> => {
    let pid = Number.NaN;
    await until(`${file} is written`, async () => {
      pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
      return pid > 0;
    });
    return pid;
  };

  it('gives output, exit code, duration and command line', async () => {
    const runner = await runnerOf('echo "out $*"; echo err >&2', { dir: '/some/where' });
    const output = await runner.run(['list', 'a b', '']);
    expect(output).to.include({ stdout: 'out --dir=/some/where list a b \n', stderr: 'err\n', exitCode: 0 });
    expect(output.command).to.deep.equal([...runner.binary.command, '--dir=/some/where', 'list', 'a b', '']);
    expect(output.durationMs).to.be.greaterThan(0);
    expect(runner.stats).to.include({ calls: 1, failures: 0 });
    expect(runner.stats.totalMs).to.be.at.least(output.durationMs);
  });

  it('has nothing on stdin', async () => {
    expect((await (await runnerOf('cat; echo end')).run([])).stdout).to.equal('end\n');
  });

  it('passes every argument on as it is', async () => {
    const args = ['$HOME', '"', "'", '*', '\n', 'é€😀', '--', '-n', ';', '\\'];
    const runner = await runnerOf('for a in "$@"; do printf "%s\\0" "$a"; done');
    expect((await runner.run(args)).stdout.split('\0').slice(0, -1)).to.deep.equal(args);
  });

  it('fails with the exit code and the last words of rkt', async () => {
    const runner = await runnerOf('echo "prepare: no way" >&2; exit 254');
    const error = await expectRktRejection(runner.run(['prepare', 'x']), 'RKT_ERR_RKT_FAILED');
    expect(error.message).to.include('prepare x exited with 254').and.include('prepare: no way');
    expect(error.details).to.include({ exitCode: 254, stderr: 'prepare: no way\n' });
    expect(error.details.command).to.deep.equal([...runner.binary.command, 'prepare', 'x']);
    expect(runner.stats).to.include({ calls: 1, failures: 1 });
  });

  it('says when rkt wrote nothing to stderr', async () => {
    const error = await expectRktRejection((await runnerOf('exit 254')).run(['cat-manifest']));
    expect(error.message).to.include('it printed nothing to stderr');
  });

  it('takes exit codes that are an answer', async () => {
    const runner = await runnerOf('exit 7');
    expect((await runner.run([], { okExitCodes: [0, 7] })).exitCode).to.equal(7);
    expect((await runner.run([], { okExitCodes: 'any' })).exitCode).to.equal(7);
    await expectRktRejection(runner.run([], { okExitCodes: [0, 8] }), 'RKT_ERR_RKT_FAILED');
  });

  it('reports death by a signal', async () => {
    const runner = await runnerOf('kill -KILL $$');
    expect(await runner.run([], { okExitCodes: 'any' })).to.include({ exitCode: 137, signal: 'SIGKILL' });
    const error = await expectRktRejection(runner.run([], { okExitCodes: [137] }), 'RKT_ERR_RKT_FAILED');
    expect(error.message).to.include('was killed by SIGKILL');
  });

  it('says when there is no such program', async () => {
    const runner = createRktRunner({ binary: { command: ['/nowhere/rkt'], runtime: 'rkt' } });
    const error = await expectRktRejection(runner.run(['list']), 'RKT_ERR_RKT_MISSING');
    expect(error.message).to.include('/nowhere/rkt').and.include('ENOENT');
  });

  it('says when a program cannot be executed', async () => {
    const runner = createRktRunner({ binary: { command: [scripts.path], runtime: 'rkt' } });
    expect((await expectRktRejection(runner.run([]), 'RKT_ERR_RKT_MISSING')).message).to.include('EACCES');
  });

  it('says when an argument cannot be given to any program', async () => {
    await expectRktRejection((await runnerOf('true')).run(['a\0b']), 'RKT_ERR_RKT_MISSING');
  });

  it('kills a command that hangs, with all it started', async () => {
    const file = join(scripts.path, 'hanging.pid');
    const runner = await runnerOf(`trap '' TERM\nsleep 1000 & echo $! >${file}\nwait`);
    const error = await expectRktRejection(runner.run(['list'], { timeoutMs: 300 }), 'RKT_ERR_RKT_TIMEOUT');
    expect(error.message).to.include('did not exit within');
    expect(error.details.durationMs).to.be.within(290, 15_000);
    const pid = await pidIn(file);
    await until('the child is gone', () => !isAlive(pid));
  });

  it('kills a command that ended and left somebody who holds its output', async () => {
    const runner = await runnerOf('sleep 1000 & exit 0');
    await expectRktRejection(runner.run([], { timeoutMs: 200 }), 'RKT_ERR_RKT_TIMEOUT');
  });

  it('comes back even when somebody who holds its output has fled from the process group', async () => {
    const file = join(scripts.path, 'fled.pid');
    const runner = await runnerOf(`setsid sh -c 'echo $$ >${file}; exec sleep 1000' & wait`);
    const controller = new AbortController();
    const running = runner.run([], { signal: controller.signal });
    const pid = await pidIn(file);
    controller.abort();
    try {
      await expectRktRejection(running, 'RKT_ERR_RKT_FAILED');
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  it('kills a command that floods stdout', async () => {
    const runner = await runnerOf('exec yes 0123456789012345678901234567890123456789');
    const error = await expectRktRejection(runner.run(['list']), 'RKT_ERR_RKT_OUTPUT');
    expect(error.message).to.include(`more than ${16 * 1024 * 1024} bytes`);
  });

  it('kills a command when its signal aborts', async () => {
    const file = join(scripts.path, 'aborted.pid');
    const runner = await runnerOf(`echo $$ >${file}; exec sleep 1000`);
    const controller = new AbortController();
    const running = runner.run(['list'], { signal: controller.signal });
    const pid = await pidIn(file);
    controller.abort(new Error('no longer needed'));
    const error = await expectRktRejection(running, 'RKT_ERR_RKT_FAILED');
    expect(error.message).to.include('was aborted');
    expect(error.cause).to.have.property('message', 'no longer needed');
    await until('it is gone', () => !isAlive(pid));
  });

  it('starts nothing when the signal has aborted before', async () => {
    const file = join(scripts.path, 'never');
    const runner = await runnerOf(`touch ${file}`);
    await expectRktRejection(runner.run([], { signal: AbortSignal.abort() }), 'RKT_ERR_RKT_FAILED');
    await readFile(file).then(
      () => expect.fail('it ran'),
      () => undefined,
    );
  });

  it('wraps the command line', async () => {
    const runner = await runnerOf('echo "$0 $*"');
    const wrap = (argv: readonly string[]): readonly string[] => ['/usr/bin/env', 'A=1', ...argv];
    const output = await runner.run(['status'], { wrap });
    expect(output.stdout).to.equal(`${runner.binary.command[0] ?? ''} status\n`);
    expect(output.command.slice(0, 2)).to.deep.equal(['/usr/bin/env', 'A=1']);
  });

  it('gives no secrets of this process away, and adds what the call adds', async () => {
    process.env['VAULT_TOKEN'] = 'secret';
    process.env['RKT_STREAMS_TEST'] = 'kept';
    try {
      const runner = await runnerOf('echo "$VAULT_TOKEN:$RKT_STREAMS_TEST:$MORE"');
      expect((await runner.run([], { env: { MORE: 'more' } })).stdout).to.equal(':kept:more\n');
    } finally {
      delete process.env['VAULT_TOKEN'];
      delete process.env['RKT_STREAMS_TEST'];
    }
  });

  it('takes an environment in place of the one of this process', async () => {
    const runner = await runnerOf('/usr/bin/env | grep -v "^_=\\|^PWD=\\|^NODE_V8"', {
      env: { ONLY: 'this' },
    });
    expect((await runner.run([])).stdout).to.equal('ONLY=this\n');
  });

  it('runs in the directory it is reported', async () => {
    expect((await (await runnerOf('pwd')).run([], { cwd: '/usr' })).stdout).to.equal('/usr\n');
  });

  it('runs each command in a session of its own', async () => {
    const { stdout } = await (await runnerOf('cut -d" " -f5,6 /proc/$$/stat; echo $$')).run([]);
    const [group, session, pid] = stdout.split(/\s/);
    expect([group, session]).to.deep.equal([pid, pid]);
  });

  it('lets at most four run at once, and the others wait in their order', async () => {
    const gate = join(scripts.path, 'gate');
    const log = join(scripts.path, 'log');
    const runner = await runnerOf(`echo $1 >>${log}; until [ -e ${gate} ]; do sleep 0.01; done`);
    const all = ['1', '2', '3', '4', '5', '6'].map((name) => runner.run([name]));
    const started = async (): Promise<readonly string[]> =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    await until('four have started', async () => (await started()).length === 4);
    expect(runner.queueLength).to.equal(2);
    await scripts.script('gate', '');
    await Promise.all(all);
    expect([...(await started())].sort()).to.deep.equal(['1', '2', '3', '4', '5', '6']);
    expect(runner.queueLength).to.equal(0);
    expect(runner.stats).to.include({ calls: 6, failures: 0 });
  });

  it('takes a command out of the queue when its signal aborts', async () => {
    const gate = join(scripts.path, 'gate2');
    const runner = await runnerOf(`until [ -e ${gate} ]; do sleep 0.01; done`, { concurrency: 1 });
    const controller = new AbortController();
    const first = runner.run(['1']);
    const second = runner.run(['2'], { signal: controller.signal });
    const third = runner.run(['3']);
    await until('two wait', () => runner.queueLength === 2);
    controller.abort();
    await expectRktRejection(second, 'RKT_ERR_RKT_FAILED');
    expect(runner.queueLength).to.equal(1);
    await scripts.script('gate2', '');
    await Promise.all([first, third]);
  });
});
