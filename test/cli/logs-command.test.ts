import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { expect } from 'chai';

import { parseLines } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';

describe('rkt-streams logs', function () {
  this.timeout(120_000);
  const cli = useCliSandbox();

  it('prints both streams, one of them, or the last lines, and follows to the end', async () => {
    await cli().detach('web', 'echo one; echo two; echo bad >&2; sleep 1; echo three');
    const follow = cli().start(['logs', '-f', '-n', '1', 'web']);
    const asJson = cli().start(['logs', '-f', '--json', 'web']);
    const ended = await follow.ended;
    expect([ended.exitCode, ended.stdout.split('\n').at(-2), ended.stderr]).to.deep.equal([
      0,
      'three',
      'bad\n',
    ]);
    const lines = parseLines((await asJson.ended).stdout);
    expect(lines.map(({ stream, line }) => `${String(stream)} ${String(line)}`)).to.have.members([
      'stdout one',
      'stdout two',
      'stdout three',
      'stderr bad',
    ]);
    const [errors, last] = await Promise.all([
      cli().run(['logs', '--stream', 'stderr', 'web']),
      cli().run(['logs', '--stream', 'stdout', '-n', '2', 'web']),
    ]);
    expect([errors.stdout, errors.stderr]).to.deep.equal(['', 'bad\n']);
    expect([last.stdout, last.stderr]).to.deep.equal(['two\nthree\n', '']);
  });

  it('cannot print what goes into a pipe', async () => {
    const { sandbox } = cli();
    const fifo = join(sandbox.base, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const driver = sandbox.driver();
    await driver.startTask(sandbox.shell('piped', 'sleep 60', { stdoutPath: fifo, stderrPath: fifo }));
    const { exitCode, stderr } = await cli().run(['logs', 'piped']);
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(
      /RKT_ERR_LOGS: The std(out|err) of task "piped" cannot be read back: .*fifo is no file/,
    );
  });
});
