import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';
import type { CliOptions, CliProcess, CliResult } from '../support/cli-process.ts';
import { until } from '../support/until.ts';

describe('commands with --host', function () {
  this.timeout(180_000);
  const cli = useCliSandbox();
  let agent: CliProcess;
  let url = '';
  let token = '';

  beforeEach(async () => {
    agent = cli().start(['agent', '--listen', '127.0.0.1:0']);
    await agent.says('agent.sock');
    url = /http:\S+/.exec(agent.stdout())?.[0] ?? '';
    token = readFileSync(join(cli().sandbox.options.dataDir, 'agent-token'), 'utf8').trim();
  });

  /** On a machine that has nothing but the client: no rkt, no data directory. */
  const elsewhere = (): Record<string, string> => ({
    RKT_STREAMS_RKT: '/none',
    RKT_STREAMS_RKT_DIR: '/none',
    RKT_STREAMS_DATA_DIR: '/none',
    RKT_STREAMS_TOKEN: token,
  });
  const start = (args: readonly string[], more: CliOptions = {}): CliProcess =>
    cli().start(['-H', url, ...args], { ...more, env: { ...elsewhere(), ...more.env } });
  const run = (args: readonly string[], more?: CliOptions): Promise<CliResult> => start(args, more).ended;

  it('exec: connects the streams, and exits with the exit code', async () => {
    await cli().detach('web', FOREVER);
    const script = 'cat; echo err >&2; exit 9';
    const seen = await run(['exec', 'web', '--', '/bin/sh', '-c', script], { input: 'through\n' });
    expect(seen).to.deep.equal({ exitCode: 9, stdout: 'through\n', stderr: 'err\n' });
    const refused = await run(['exec', 'web', 'true'], { env: { RKT_STREAMS_TOKEN: '' } });
    expect(refused.exitCode).to.equal(125);
    expect(refused.stderr).to.include('RKT_ERR_TOKEN');
  });

  it('exec -t: gives a terminal', async () => {
    await cli().detach('web', FOREVER);
    const seen = await run(
      ['exec', '-t', 'web', '--', '/bin/sh', '-c', 'test -t 1 && echo terminal; exit 3'],
      {
        tty: true,
      },
    );
    expect(seen).to.include({ exitCode: 3 });
    expect(seen.stdout).to.include('terminal');
  });

  it('exec: an interrupt kills the command on the other machine', async () => {
    await cli().detach('web', FOREVER);
    const client = start(['exec', 'web', '--', '/bin/sh', '-c', 'echo $$; exec sleep 1000']);
    await until('the command runs', () => /\d+\n/.test(client.stdout()));
    client.child.kill('SIGINT');
    expect((await client.ended).exitCode).to.equal(130);
    const { stdout } = await run(['exec', 'web', '--', '/bin/sh', '-c', 'ps | grep -c "[s]leep 1000"; true']);
    expect(stdout).to.equal('0\n');
  });

  it('restart: starts tasks again, in new pods', async () => {
    await cli().detach('web', FOREVER);
    const podOf = async (): Promise<unknown> =>
      (JSON.parse((await run(['--json', 'inspect', 'web'])).stdout) as { podId: unknown }).podId;
    const before = await podOf();
    expect(await run(['restart', '-t', '0', 'web'])).to.deep.equal({
      exitCode: 0,
      stdout: 'web\n',
      stderr: '',
    });
    expect(await podOf())
      .to.be.a('string')
      .and.not.equal(before);
  });

  it('logs: prints the output of a task there, byte for byte, and follows it to the end', async () => {
    const script =
      'printf "a\\0\\377\\n"; echo two; echo bad >&2; while [ ! -e /tmp/over ]; do sleep 0.05; done; printf three';
    await cli().detach('web', script);
    const follow = start(['logs', '-f', 'web']);
    await follow.says('two');
    const last = await run(['logs', '--tail', '1', 'web']);
    expect(last).to.deep.equal({ exitCode: 0, stdout: 'two\n', stderr: 'bad\n' });
    const errors = await run(['logs', '--stream', 'stderr', '--json', 'web']);
    expect(errors.stdout).to.equal('{"id":"web","stream":"stderr","line":"bad"}\n');
    const refused = await run(['logs', '--since', '10m', 'web']);
    expect([refused.exitCode, refused.stderr.includes('no times')]).to.deep.equal([2, true]);
    await run(['exec', 'web', 'touch', '/tmp/over']);
    const { exitCode, stdout, stderr } = await follow.ended;
    expect([exitCode, stderr]).to.deep.equal([0, 'bad\n']);
    expect(stdout).to.match(/^a\0.\ntwo\nthree$/);
  });

  it('logs -f: an interrupt ends it, and so does the loss of the agent', async () => {
    await cli().detach('web', `echo one; ${FOREVER}`);
    const interrupted = start(['logs', '-f', 'web']);
    const lost = start(['logs', '-f', 'web']);
    await Promise.all([interrupted.says('one'), lost.says('one')]);
    interrupted.child.kill('SIGINT');
    expect((await interrupted.ended).exitCode).to.equal(0);
    agent.child.kill('SIGKILL');
    const { exitCode, stderr } = await lost.ended;
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('RKT_ERR_AGENT_LOST');
  });
});
