import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { keepRestart } from '../../src/files/kept-restarts.ts';
import type { CliProcess } from '../support/cli-process.ts';
import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';
import { until } from '../support/until.ts';

interface Listed {
  readonly id: string;
  readonly phase: string;
  readonly pid: number;
  readonly restart?: { readonly count: number; readonly delayMs?: number };
}

describe('rkt-streams run --restart', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  const agent = async (): Promise<CliProcess> => {
    const process = cli().start(['agent', '--listen', 'none']);
    await process.says('rkt-streams agent');
    return process;
  };
  const end = async (one: CliProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    one.child.kill(signal);
    await one.ended;
  };
  const tasks = async (): Promise<Readonly<Record<string, Listed>>> => {
    const listed = (await cli().json('ps', '-a')) as unknown as readonly Listed[];
    return Object.fromEntries(listed.map((one) => [one.id, one]));
  };
  const task = async (): Promise<Listed | undefined> => (await tasks())['web'];

  it('is refused with --detach when no agent runs', async () => {
    const { exitCode, stdout, stderr } = await cli().detach('web', FOREVER, '--restart', 'always');
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: '' });
    expect(stderr).to.match(/--restart with --detach needs an agent.*rkt-streams agent/);
    expect(await cli().json('ps', '-a')).to.deep.equal([]);
  });

  it('restarts an attached task, and exits with the code of the last run', async () => {
    const { exitCode, stdout, stderr } = await cli().run(
      cli().shell('echo run; exit 3', '--id', 'one', '--restart', 'on-failure:2'),
    );
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 3, stdout: 'run\nrun\nrun\n' });
    expect(stderr).to.match(/"one" ended: 3; restart 1 follows in 100 ms[^]*restart 2 follows in 200 ms/);
  });

  it('ends the restarts of an attached task by an interrupt', async () => {
    const run = cli().start(cli().shell('echo run; exit 0', '--id', 'one', '--restart', 'always'));
    await until('it waits for a restart', () => run.stderr().includes('restart 3 follows'));
    run.child.kill('SIGINT');
    expect((await run.ended).exitCode).to.equal(130);
  });

  it('has the agent restart a task that failed, so often and with one log', async () => {
    const one = await agent();
    const events = cli().start(['events', '--json', '--replay']);
    await cli().detach('web', 'echo run; exit 3', '--restart', 'on-failure:2');
    await until('two restarts', async () => {
      const { phase, restart } = (await task()) ?? {};
      return phase === 'exited' && restart?.count === 2;
    });
    expect((await cli().run(['logs', 'web'])).stdout).to.equal('run\nrun\nrun\n');
    expect((await cli().run(['ps', '-a'])).stdout).to.match(/RESTARTS[^]*\n.* 2 +3/);
    const format = '{{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}';
    expect((await cli().run(['inspect', '--format', format, 'web'])).stdout).to.equal('2 on-failure\n');
    await events.says('"restarts":"2"');
    await end(events, 'SIGINT');
    const format2 = '{{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.exitCode}}';
    const dies = cli().start(['events', '--since', '1h', '--filter', 'event=die', '--format', format2]);
    await dies.says('container die web 3\n');
    await end(dies, 'SIGINT');
    await end(one);
  });

  it('ends the restarts when the task is stopped, also while it waits for one', async () => {
    const one = await agent();
    await cli().detach('web', 'exit 1', '--restart', 'always');
    await until('it waits for a second', async () => {
      const { phase, restart } = (await task()) ?? {};
      return phase === 'exited' && (restart?.delayMs ?? 0) >= 3_200;
    });
    expect(await cli().run(['stop', 'web'])).to.include({ exitCode: 0, stdout: 'web\n' });
    const stopped = await task();
    expect(stopped).to.have.nested.property('exitResult.requested', true);
    await end(one);
    // The exit that was requested is on disk: an agent begins the restarts of the policy always again, and no other ones.
    const next = await agent();
    const count = stopped?.restart?.count ?? Number.NaN;
    await until('the next agent restarts it', async () => ((await task())?.restart?.count ?? 0) > count);
    await end(next);
  });

  it('does not begin the restarts of unless-stopped again', async () => {
    const one = await agent();
    await cli().detach('web', FOREVER, '--restart', 'unless-stopped');
    await cli().detach('other', FOREVER, '--restart', 'unless-stopped');
    await cli().run(['stop', '-s', 'TERM', 'web']);
    await end(one, 'SIGKILL');
    const before = await tasks();
    process.kill(before['other']?.pid ?? Number.NaN, 'SIGKILL');
    const next = await agent();
    await until('the other one is restarted', async () => {
      const { phase, restart } = (await tasks())['other'] ?? {};
      return phase === 'running' && restart?.count === 1;
    });
    expect((await tasks())['web']).to.include({ phase: 'exited' });
    await end(next);
  });

  it('finishes a restart that a killed agent began', async () => {
    const logs = [join(cli().sandbox.base, 'old.log')];
    await writeFile(logs[0] ?? '', 'before\n');
    const spec = {
      ...cli().sandbox.shell('web', `echo after; ${FOREVER}`),
      restart: { policy: 'always', count: 4, delayMs: 800 },
    };
    await keepRestart(cli().sandbox.options.dataDir, 'web', { spec, logs });
    const one = await agent();
    await until('it runs', async () => (await task())?.phase === 'running');
    await until(
      'it has its log',
      async () => (await cli().run(['logs', 'web'])).stdout === 'before\nafter\n',
    );
    expect((await task())?.restart?.count).to.equal(4);
    await end(one);
  });
});
