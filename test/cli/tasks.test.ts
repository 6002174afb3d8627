import { expect } from 'chai';

import { parseLines } from '../support/cli-process.ts';
import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';

describe('rkt-streams ps, inspect, stop, signal, wait and rm', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  it('ps and inspect report of it, stop and rm end it', async () => {
    const { exitCode, stdout } = await cli().detach('web', FOREVER, '--name', 'server', '--memory', '64Mi');
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 0, stdout: 'web\n' });
    const [listed] = await cli().json('ps');
    const [inspected] = await cli().json('inspect', 'serv');
    expect(listed).to.deep.include({
      id: 'web',
      name: 'server',
      phase: 'running',
      memoryLimitBytes: 67_108_864,
    });
    const { spec, ...status } = inspected ?? {};
    expect(status).to.deep.equal(listed);
    // The words of the command can be secrets.
    expect(spec).to.deep.include({ id: 'web', name: 'server', env: {} });
    expect(spec).to.have.deep.nested.property('config.args', ['…', '…']);
    expect((await cli().run(['ps'])).stdout).to.match(
      /^ID +NAME +IMAGE +PHASE +PID +STARTED +EXIT\nweb +server .* running +\d+ +\S+ ago +-\n$/,
    );
    expect((await cli().run(['inspect', 'web'])).stdout).to.match(/^phase +running$/m);

    const early = await cli().run(['rm', 'web']);
    expect(early.exitCode).to.equal(1);
    expect(early.stderr).to.include('RKT_ERR_TASK_RUNNING');
    expect((await cli().run(['stop', 'web', '--signal', 'term'])).stdout).to.equal('web\n');
    expect((await cli().run(['ps'])).stdout).to.equal('ID  NAME  IMAGE  PHASE  PID  STARTED  EXIT\n');
    expect((await cli().run(['ps', '-a'])).stdout).to.match(/ exited .* 7 \(requested\)\n$/);
    expect(await cli().json('rm', 'web')).to.deep.equal([{ id: 'web' }]);
    expect(await cli().json('ps', '-a')).to.deep.equal([]);
  });

  it('stop kills it when it has no time', async () => {
    await cli().detach('web');
    await cli().json('stop', 'web', '--timeout', '0');
    const [task] = await cli().json('ps', '-a');
    expect(task).to.have.nested.property('exitResult.signal', 9);
  });

  it('signal reaches it', async () => {
    await cli().detach('web', 'trap "exit 9" USR1; while :; do sleep 0.05; done');
    await cli().json('signal', 'web', 'usr1');
    expect((await cli().run(['wait', 'web'])).exitCode).to.equal(9);
    const late = await cli().run(['signal', 'web', 'usr1']);
    expect(late.exitCode).to.equal(1);
    expect(late.stderr).to.include('RKT_ERR_TASK_NOT_RUNNING');
  });

  it('wait reports how tasks ended, and exits with the first code that is not 0', async () => {
    await cli().detach('good', 'exit 0');
    await cli().detach('bad', FOREVER);
    const waiting = cli().start(['wait', 'good', 'bad']);
    await waiting.says('good');
    await cli().json('stop', 'bad', '--signal', 'TERM');
    expect(await waiting.ended).to.deep.include({ exitCode: 7, stdout: 'good  0\nbad  7 (requested)\n' });
    const again = await cli().run(['wait', 'good', '--json']);
    expect(again.exitCode).to.equal(0);
    expect(parseLines(again.stdout)[0]).to.deep.include({ id: 'good', exitCode: 0, source: 'exit-file' });
  });

  it('wait sees a task that another process removes, and can be interrupted', async () => {
    await cli().detach('web');
    const waiting = cli().start(['wait', 'web', '--log-level', 'info']);
    const other = cli().start(['wait', 'web']);
    const events = cli().start(['events', '--replay']);
    await events.says('recovered');
    other.child.kill('SIGINT');
    expect((await other.ended).exitCode).to.be.oneOf([130, null]);
    await cli().json('rm', '--force', 'web');
    expect((await waiting.ended).exitCode).to.equal(137);
    events.child.kill('SIGTERM');
    expect((await events.ended).exitCode).to.equal(0);
  });

  it('are stopped and removed together, and one that fails does not hold up the others', async () => {
    await cli().detach('web-1');
    await cli().detach('web-2', 'exit 0');
    await cli().run(['wait', 'web-2']);
    const { exitCode, stdout, stderr } = await cli().run(['rm', 'web-1', 'web-2']);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: 'web-2\n' });
    expect(stderr).to.include('cannot destroy running task "web-1"');
    const ambiguous = (await cli().detach('web-2'), await cli().run(['stop', 'web']));
    expect(ambiguous.exitCode).to.equal(1);
    expect(ambiguous.stderr).to.include('"web" can be any of web-1, web-2');
  });
});
