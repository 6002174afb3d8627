import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { FOREVER, useCliSandbox } from '../support/cli-sandbox.ts';
import {
  parseLines,
  shellLine,
  type CliOptions,
  type CliProcess,
  type CliResult,
} from '../support/cli-process.ts';
import { createRecordedDriver, recordingSummary } from '../../src/drivers/recorded/index.ts';
import { openTerminal } from '../support/tmux.ts';
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

  it('run: runs an image of that machine with output and exit code, removes it with --rm, or leaves it with -d', async () => {
    const { image } = cli().sandbox;
    const script = 'echo out $GREETING; echo err >&2; exit 4';
    const seen = await run(['run', '--rm', '--env', 'GREETING=hello', image, '--', '-c', script]);
    expect(seen).to.deep.equal({ exitCode: 4, stdout: 'out hello\n', stderr: 'err\n' });
    expect((await run(['ps', '-aq'])).stdout).to.equal('');
    const script2 = `echo up; ${FOREVER}`;
    const detached = await run([
      'run',
      '-d',
      '--id',
      'web',
      '--restart',
      'always',
      image,
      '--',
      '-c',
      script2,
    ]);
    expect(detached).to.deep.equal({ exitCode: 0, stdout: 'web\n', stderr: '' });
    const [shown] = parseLines((await run(['inspect', '--json', 'web'])).stdout);
    expect(shown).to.have.nested.property('restart.policy', 'always');
  });

  it('run: an interrupt stops the task there', async () => {
    const { image } = cli().sandbox;
    const client = start(['run', '--id', 'web', image, '--', '-c', `echo up; ${FOREVER}`]);
    await client.says('up');
    client.child.kill('SIGTERM');
    expect((await client.ended).exitCode).to.equal(143);
    const [shown] = parseLines((await run(['inspect', '--json', 'web'])).stdout);
    expect(shown).to.have.nested.property('exitResult.exitCode', 7);
  });

  it('run: refuses what an agent cannot do, before it asks it for anything', async () => {
    for (const [args, words] of [
      [['-it', 'x'], 'open a shell with exec -it'],
      [['--pull', 'always', 'x'], 'the agent has its own'],
      [['./x.aci'], 'relative path of this machine'],
      [['-v', './d:/d', 'x'], 'relative path of this machine'],
    ] as const) {
      const { exitCode, stdout, stderr } = await cli().run(['-H', 'http://127.0.0.1:1', 'run', ...args]);
      expect([exitCode, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.include(words);
    }
  });

  it('top, ps and stats: say since when an agent that is lost is stale, and go on when it is back', async function () {
    await cli().detach('web', FOREVER);
    const env = { ...elsewhere(), RKT_STREAMS_HOST: url };
    const screen = await openTerminal(this, shellLine(['top']), { columns: 100, rows: 12, env });
    try {
      const list = start(['ps', '--watch', '--json']);
      const samples = start(['stats', '--json', '--interval', '200ms']);
      await Promise.all([screen.shows(/shell +running/), list.says('"web"'), samples.says('"web"')]);
      agent.child.kill('SIGKILL');
      await agent.ended;
      const since = /stale since \d\d:\d\d:\d\d: The agent at /;
      await screen.shows(since);
      await until('both report it', () => [list, samples].every(({ stderr }) => since.test(stderr())));
      const seen = samples.stdout().length;
      agent = cli().start(['agent', '--listen', new URL(url).host]);
      await agent.says('agent.sock');
      await until('both report it', () =>
        [list, samples].every(({ stderr }) => stderr().includes('live again')),
      );
      await until('there are new samples', () => samples.stdout().length > seen);
      await until('the screen is current', async () => !since.test(await screen.text()));
      await screen.shows(/shell +running/);
      [list, samples].forEach(({ child }) => child.kill('SIGINT'));
      expect(
        await Promise.all([list, samples].map(async ({ ended }) => (await ended).exitCode)),
      ).to.deep.equal([0, 0]);
      await screen.press('q');
      await screen.shows('ended with 0');
    } finally {
      await screen.close();
    }
  });

  it('record: has the alerts of the agent', async () => {
    const file = join(cli().sandbox.base, 'remote.rec');
    await cli().detach('job', 'sleep 1; exit 3');
    const recording = start(['record', '-o', file, '--json', '--interval', '200ms']);
    const alerts = async (): Promise<string> => (await run(['alerts', 'ls', '--all', '--json'])).stdout;
    await until('there is an alert', async () => (await alerts()).includes('"taskId":"job"'));
    await cli().detach('job2', 'exit 4');
    await until('there is another one', async () => (await alerts()).includes('"taskId":"job2"'));
    recording.child.kill('SIGINT');
    expect((await recording.ended).exitCode).to.equal(0);
    const played = createRecordedDriver(file, { from: recordingSummary(file).toMs });
    try {
      expect(played.recordedAlertsUntilNow().map(({ taskId }) => taskId)).to.include.members(['job', 'job2']);
    } finally {
      await played.shutdown();
    }
  });

  it('inspect: shows the specification without secrets, as on that machine', async () => {
    await cli().detach('web', FOREVER, '--env', 'PASSWORD=hunter2', '--memory', '64Mi');
    const there = await run(['inspect', '--json', 'web']);
    const [shown] = parseLines(there.stdout);
    expect(shown).to.have.nested.property('spec.env.PASSWORD', '…');
    expect(shown).to.have.nested.property('spec.resources.memoryLimitBytes', 64 * 1024 * 1024);
    expect(there.stdout).not.to.include('hunter2').and.not.to.include('trap');
    const own = await cli().run(['inspect', 'web'], { env: { RKT_STREAMS_AGENT: 'false' } });
    expect(own.stdout)
      .to.match(/^env +PASSWORD$/m)
      .and.match(/^args +2, not shown$/m);
    const remote = await run(['inspect', '--format', '{{.spec.config.image}} {{.phase}}', 'web']);
    expect([remote.exitCode, remote.stdout.trim().endsWith('running')]).to.deep.equal([0, true]);
  });

  it('an agent of a fleet: passes commands to the host that the id names, and refuses those for a lost one at once', async () => {
    const { sandbox } = cli();
    const hosts = join(sandbox.base, 'hosts.json');
    const data = join(sandbox.base, 'fleet-data');
    const tokenFile = join(sandbox.options.dataDir, 'agent-token');
    const entries = [
      { name: 'n1', url, tokenFile },
      { name: 'n2', url: 'http://127.0.0.1:1' },
    ];
    writeFileSync(hosts, JSON.stringify({ hosts: entries }));
    const fleet = cli().start(['agent', '--fleet', hosts, '--data-dir', data, '--listen', '127.0.0.1:0']);
    await fleet.says('rkt-streams agent: http');
    const host = /http:\S+/.exec(fleet.stdout())?.[0] ?? '';
    const own = { RKT_STREAMS_TOKEN: readFileSync(join(data, 'fleet', 'agent-token'), 'utf8').trim() };
    const ask = (...args: readonly string[]): Promise<CliResult> =>
      cli().run(['-H', host, ...args], { env: { ...elsewhere(), ...own } });
    await until('n2 is stale', async () => {
      const { hosts: all } = (await (await fetch(`${host}/v1/hosts`)).json()) as {
        hosts: { connection: { state: string } }[];
      };
      return all.map(({ connection }) => connection.state).join() === 'live,stale';
    });
    const script = `echo up; ${FOREVER}`;
    const started = await ask('run', '-d', '--id', 'n1/web', sandbox.image, '--', '-c', script);
    expect(started).to.deep.equal({ exitCode: 0, stdout: 'n1/web\n', stderr: '' });
    const once = await ask('run', '--rm', '--id', 'n1/job', sandbox.image, '--', '-c', 'echo out; exit 4');
    expect(once).to.deep.equal({ exitCode: 4, stdout: 'out\n', stderr: '' });
    await until('the log is there', async () => (await ask('logs', 'n1/web')).stdout === 'up\n');
    expect(await ask('exec', 'n1/web', 'echo', 'in')).to.deep.equal({
      exitCode: 0,
      stdout: 'in\n',
      stderr: '',
    });
    const listed = await ask('ps');
    expect(listed.stdout).to.match(/n1\/web .*running/);
    expect(listed.stderr).to.match(/host n2 stale since \d\d:\d\d:\d\d/);
    for (const args of [
      ['run', '-d', '--id', 'n2/x', sandbox.image],
      ['run', '-d', '--id', 'x', sandbox.image],
    ]) {
      const { exitCode, stderr } = await ask(...args);
      expect(exitCode).to.equal(125);
      expect(stderr).to.match(
        args[3] === 'x' ? /names a host of the fleet/ : /RKT_ERR_AGENT_LOST: host "n2" is stale since/,
      );
    }
    expect((await ask('restart', '-t', '0', 'n1/web')).exitCode).to.equal(0);
    expect((await ask('stop', '-t', '0', 'n1/web')).exitCode).to.equal(0);
  });
});
