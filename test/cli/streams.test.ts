import { expect } from 'chai';

import { parseLines } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';

describe('rkt-streams stats, events and ps --watch', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  it('stats measure it', async () => {
    await cli().detach('busy', 'while :; do :; done', '--memory', '64Mi');
    await cli().detach('idle', 'sleep 60');
    const samples = await cli().json('stats', 'busy', '--count', '2', '--interval', '200ms');
    expect(samples.map(({ taskId }) => taskId)).to.deep.equal(['busy', 'busy']);
    expect(samples[1]).to.have.nested.property('usage.cpu.percent').that.is.above(1);
    const { stdout } = await cli().run(['stats', '--once', '--interval', '100']);
    expect(stdout).to.match(/^TIME +CPU % +MEM USAGE \/ LIMIT .*\n.* \/ 64 MiB .* busy\n.* - .* idle\n$/);
  });

  it('stats of named tasks end with them, and there is nothing to measure afterwards', async () => {
    await cli().detach('web');
    const stats = cli().start(['stats', 'web', '--interval', '100']);
    await stats.says('web');
    await cli().json('stop', 'web', '--timeout', '0');
    expect((await stats.ended).exitCode).to.equal(0);
    const late = await cli().run(['stats', 'web']);
    expect(late.exitCode).to.equal(1);
    expect(late.stderr).to.include('RKT_ERR_TASK_NOT_RUNNING');
  });

  it('events report what other processes do', async () => {
    await cli().detach('we-0');
    const events = cli().start(['events', '--json', '--replay', '--id', 'we']);
    const plain = cli().start(['events', '--replay']);
    await Promise.all([events.says('we-0'), plain.says('we-0')]);
    await cli().detach('other', 'exit 0');
    await cli().detach('web');
    await Promise.all([events.says('"web"'), plain.says('web')]);
    await cli().json('stop', 'web', '--signal', 'TERM');
    await events.says('"exited"');
    await cli().json('rm', 'web');
    await Promise.all([events.says('"destroyed"'), plain.says('destroyed')]);
    for (const { child, ended } of [events, plain]) {
      child.kill('SIGINT');
      expect((await ended).exitCode).to.equal(0);
    }
    const reported = parseLines(events.stdout());
    expect(reported.map(({ kind }) => kind)).to.deep.equal(['recovered', 'recovered', 'exited', 'destroyed']);
    expect(reported[2]).to.have.nested.property('annotations.exit_code', '7');
    expect(plain.stdout()).to.match(/^\d\d:\d\d:\d\d\.\d{3} {2}exited +web {2}Exited with code 7$/m);
  });

  it('events end when no one reads them any more', async () => {
    await cli().detach('web');
    const events = cli().start(['events', '--replay']);
    await events.says('recovered');
    events.child.stdout?.destroy();
    await cli().json('stop', 'web', '--timeout', '0');
    expect((await events.ended).exitCode).to.equal(0);
  });

  it('ps --watch follows it', async () => {
    const watching = cli().start(['ps', '--all', '--watch', '--json']);
    await watching.says('"tasks":[]');
    await cli().detach('web', 'exit 3');
    await watching.says('"exited"');
    watching.child.kill('SIGINT');
    expect((await watching.ended).exitCode).to.equal(0);
    const last = parseLines(watching.stdout()).at(-1);
    expect(last).to.have.nested.property('tasks[0].id', 'web');
  });

  it('draws over its table and uses colours on a terminal, unless NO_COLOR is set', async () => {
    await cli().detach('web');
    const watching = cli().start(['ps', '--watch'], { tty: true });
    await watching.says('\x1b[H');
    watching.child.stdin?.write('\x03');
    expect((await watching.ended).exitCode).to.equal(0);
    expect(watching.stdout()).to.include('\x1b[32mrunning');
    const plain = await cli().run(['ps'], { tty: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout).to.not.include('\x1b');
  });
});
