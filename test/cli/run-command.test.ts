import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { parseLines, shellLine, variablesOf } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { openTerminal } from '../support/tmux.ts';
import { until } from '../support/until.ts';

describe('rkt-streams run', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  it('prints the output of the task, exits with its code, and leaves it in the list', async () => {
    const { exitCode, stdout, stderr } = await cli().run(
      cli().shell('echo out; echo err >&2; exit 3', '--id', 'one'),
    );
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 3, stdout: 'out\n' });
    expect(stderr).to.match(/^err$/m);
    expect((await cli().json('ps', '-a'))[0]).to.deep.include({ id: 'one', name: 'shell', phase: 'exited' });
  });

  it('prints all of a long output', async () => {
    const { stdout } = await cli().run(cli().shell('yes 0123456789 | head -c 1000000', '--rm'));
    expect(stdout.length).to.equal(1_000_000);
  });

  it('exits with 128 + n after signal n', async () => {
    expect((await cli().run(cli().shell('kill -9 $$', '--rm'))).exitCode).to.equal(137);
  });

  it('leaves nothing behind with --rm', async () => {
    const { exitCode, stdout } = await cli().run(cli().shell('echo once', '--rm'));
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 0, stdout: 'once\n' });
    expect(await cli().sandbox.leftovers()).to.deep.equal([]);
  });

  it('gives the task variables, a user and files', async () => {
    const file = join(cli().sandbox.base, 'vars');
    await writeFile(file, 'ONE=1\nTWO=file\n');
    await writeFile(join(cli().sandbox.base, 'there'), 'content');
    const flags = [
      '--rm',
      '--env-file',
      'vars',
      '--env',
      'TWO=2',
      '--user',
      '65534',
      '--volume',
      'there:/there:readOnly',
    ];
    const { stdout, stderr } = await cli().run(
      cli().shell(
        'echo $ONE $TWO; id -u; cat /there; echo x 2>/dev/null >/there || echo " read only"',
        ...flags,
      ),
      { cwd: cli().sandbox.base },
    );
    expect(stdout, stderr).to.equal('1 2\n65534\ncontent read only\n');
  });

  it('reports the output line by line with --json', async () => {
    const { stdout, exitCode } = await cli().run(
      cli().shell('echo one; printf two; exit 4', '--rm', '--json', '--id', 'j'),
    );
    const [started, ...rest] = parseLines(stdout);
    expect(exitCode).to.equal(4);
    expect(started).to.include.keys('podId', 'pid');
    expect(rest.slice(0, 2)).to.deep.equal([
      { id: 'j', stream: 'stdout', line: 'one' },
      { id: 'j', stream: 'stdout', line: 'two' },
    ]);
    expect(rest[2]).to.have.nested.property('exit.exitCode', 4);
  });

  const signals: readonly (readonly [NodeJS.Signals, number])[] = [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ];
  signals.forEach(([signal, code]) => {
    it(`stops the task at ${signal}, and prints what it says at the end`, async () => {
      const { child, says, ended, stdout } = cli().start(
        cli().shell('trap "echo bye; exit 0" TERM INT; echo up; while :; do sleep 0.05; done', '--rm'),
      );
      await says('up');
      child.kill(signal);
      expect((await ended).exitCode).to.equal(code);
      expect(stdout()).to.equal('up\nbye\n');
    });
  });

  it('kills a task that does not stop: after its time, or at a second signal', async () => {
    const deaf = cli().shell(
      'trap "" TERM; echo up; while :; do sleep 0.05; done',
      '--rm',
      '--stop-timeout',
      '300ms',
    );
    const one = cli().start(deaf);
    await one.says('up');
    one.child.kill('SIGTERM');
    expect((await one.ended).exitCode).to.equal(143);
    const two = cli().start([
      ...deaf.slice(0, 1),
      '--stop-timeout',
      '1h',
      ...deaf.slice(1, 2),
      ...deaf.slice(4),
    ]);
    await two.says('up');
    two.child.kill('SIGTERM');
    await until('the task is stopping', async () => (await cli().sandbox.leftovers()).length > 0);
    two.child.kill('SIGTERM');
    expect((await two.ended).exitCode).to.equal(143);
  });

  const DEAF = 'trap "" INT; echo up; while :; do sleep 0.05; done';
  const AGAIN = 'rkt-streams: stopping task "deaf"; Ctrl-C again to kill it';

  it('says at the first Ctrl-C that another one kills, which it does', async () => {
    const { child, says, stderr, ended } = cli().start(
      cli().shell(DEAF, '--rm', '--id', 'deaf', '--stop-timeout', '1h'),
    );
    await says('up');
    child.kill('SIGINT');
    await until('it says how to kill', () => stderr().includes(`${AGAIN}\n`));
    expect((await cli().json('ps'))[0]).to.include({ id: 'deaf' });
    child.kill('SIGINT');
    expect((await ended).exitCode).to.equal(130);
  });

  it('does the same for the keys of a terminal', async function () {
    const line = shellLine(cli().shell(DEAF, '--rm', '--id', 'deaf', '--stop-timeout', '1h'));
    const options = { columns: 100, rows: 24, env: variablesOf(cli().sandbox) };
    // The shell around it gets the keys as well.
    const terminal = await openTerminal(this, `trap : INT; ${line}`, options);
    try {
      await terminal.shows('up');
      await terminal.press('C-c');
      await terminal.shows(AGAIN);
      expect((await cli().json('ps'))[0]).to.include({ id: 'deaf' });
      await terminal.press('C-c');
      await terminal.shows('ended with 130');
    } finally {
      await terminal.close();
    }
  });

  it('takes a start back that is interrupted', async () => {
    const { child, ended } = cli().start(cli().shell('sleep 60', '--id', 'early'));
    const state = join(cli().sandbox.options.dataDir, 'state');
    await until('the start has begun', () => existsSync(state) && readdirSync(state).length > 0);
    child.kill('SIGINT');
    expect((await ended).exitCode).to.equal(130);
  });

  it('stops the task when no one reads its output any more', async () => {
    const { child, says, ended } = cli().start(cli().shell('while :; do echo y; sleep 0.05; done', '--rm'));
    await says('y');
    child.stdout?.destroy();
    expect((await ended).exitCode).to.equal(141);
  });

  it('exits with 125 when the task cannot be started', async () => {
    for (const args of [
      ['run', join(cli().sandbox.base, 'missing.aci')],
      ['run', '--volume', 'a:b:c:d', cli().sandbox.image],
    ]) {
      const { exitCode, stdout, stderr } = await cli().run(args);
      expect({ exitCode, stdout }, stderr).to.deep.equal({ exitCode: 125, stdout: '' });
      expect(stderr).to.match(/^rkt-streams: RKT_ERR_(IMAGE|LAUNCH|VOLUME): /m);
    }
  });

  it('refuses an id that is taken', async () => {
    await cli().detach('taken');
    const { exitCode, stderr } = await cli().detach('taken');
    expect(exitCode).to.equal(125);
    expect(stderr).to.include('RKT_ERR_TASK_EXISTS');
  });

  it('refuses absolute volumes when they are disabled', async () => {
    const { exitCode, stderr } = await cli().run(
      cli().shell(':', '-v', '/tmp:/x', '--volumes-enabled', 'false'),
    );
    expect(exitCode).to.equal(125);
    expect(stderr).to.include('RKT_ERR_VOLUMES_DISABLED');
  });
});
