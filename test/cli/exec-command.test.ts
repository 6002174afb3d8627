import { expect } from 'chai';

import { useCliSandbox } from '../support/cli-sandbox.ts';

describe('rkt-streams exec', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  beforeEach(() => cli().detach('web'));

  it('connects all three streams, and exits with the code of the command', async () => {
    const { exitCode, stdout, stderr } = await cli().run(
      ['exec', 'web', '--', '/bin/sh', '-c', 'cat; echo err >&2; exit 5'],
      { input: 'hello\n' },
    );
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 5, stdout: 'hello\n' });
    expect(stderr).to.match(/err\n$/);
  });

  it('leaves options behind -- to the command', async () => {
    const { stdout } = await cli().run(['exec', 'web', '--', '/bin/echo', '--json', '-t']);
    expect(stdout).to.equal('--json -t\n');
  });

  it('gives the command a terminal with --tty', async () => {
    const { exitCode, stdout } = await cli().run([
      'exec',
      '-t',
      'web',
      '--',
      '/bin/sh',
      '-c',
      'test -t 0 && echo terminal',
    ]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 0, stdout: 'terminal\r\n' });
  });

  it('passes keys on when it has a terminal itself', async () => {
    const shellInTask = cli().start(
      [
        'exec',
        '--tty',
        'web',
        '--',
        '/bin/sh',
        '-c',
        'trap "echo caught; exit 6" INT; echo ready; while :; do sleep 0.05; done',
      ],
      { tty: true },
    );
    await shellInTask.says('ready');
    shellInTask.child.stdin?.write('\x03');
    const { exitCode, stdout } = await shellInTask.ended;
    expect(stdout).to.include('caught');
    expect(exitCode).to.equal(6);
  });

  it('kills the command at an interrupt', async () => {
    const { child, says, ended } = cli().start(['exec', 'web', '--', '/bin/sh', '-c', 'echo up; sleep 60']);
    await says('up');
    child.kill('SIGINT');
    expect((await ended).exitCode).to.equal(130);
  });

  it('ends with the command, though what that has left behind holds the output', async () => {
    const { exitCode, stdout } = await cli().run([
      'exec',
      'web',
      '--',
      '/bin/sh',
      '-c',
      'sleep 1000 & echo started; exit 4',
    ]);
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 4, stdout: 'started\n' });
  });

  it('finds programs in the PATH of the app, and exits with 127 or 126 without', async () => {
    const run = (...cmd: string[]) => cli().run(['exec', 'web', '--', ...cmd]);
    expect(await run('echo', 'found')).to.include({ exitCode: 0, stdout: 'found\n' });
    const missing = await run('nope');
    expect(missing.exitCode).to.equal(127);
    expect(missing.stderr).to.include('"nope" cannot be executed in task');
    expect((await run('/bin')).exitCode).to.equal(126);
  });

  it('exits with 125 when there is no such task', async () => {
    expect((await cli().run(['exec', 'nope', '--', '/bin/true'])).exitCode).to.equal(125);
  });
});
