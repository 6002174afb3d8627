import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { cliIn, parseLines, startCli, type CliResult } from '../support/cli-process.ts';
import { until } from '../support/until.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

interface Line extends Record<string, unknown> {
  readonly type: string;
}

interface Summary {
  readonly pods: readonly { id: string; seen: string; asExpected: string }[];
  readonly missing: readonly string[];
  readonly failures: readonly string[];
  readonly clean: boolean;
  readonly ok: boolean;
  readonly interrupted: boolean;
}

const UNPRIVILEGED = 65_534;
const ALL_HAS_HAPPENED = [
  '"type":"exec"',
  '"kind":"failed","taskId":"broken"',
  '"kind":"exited","taskId":"glutton"',
  '"kind":"exited","taskId":"logger"',
  '"kind":"started","taskId":"stubborn"',
];
const SECOND_SIGNALED = /"by":"second driver","id":"[^"]*","kind":"signaled"/;
const CRASHER_STARTED = '"kind":"started","taskId":"crasher"';
const HOLDER_MEASURED = '"type":"stats","taskId":"holder"';

describe('rkt-streams demo', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let temporary: string;
  before(async function () {
    sandbox = await openSandbox(this);
    temporary = join(sandbox.base, 'tmp');
    mkdirSync(temporary);
  });
  after(async () => sandbox.close());
  afterEach('nothing is left', () => {
    const left = readdirSync(temporary).filter((name) => name.startsWith('rkt-streams-demo-'));
    expect(left).to.deep.equal([]);
    const ours = readdirSync('/sys/fs/cgroup').flatMap((hierarchy) =>
      readdirSync(join('/sys/fs/cgroup', hierarchy)).filter((name) =>
        name.startsWith(`${sandbox.options.cgroupParent}-demo`),
      ),
    );
    expect(ours).to.deep.equal([]);
  });
  const start = (...args: readonly string[]) =>
    cliIn(sandbox).start(['demo', ...args], { env: { TMPDIR: temporary } });
  const linesOf = ({ stdout }: CliResult): readonly Line[] => parseLines(stdout) as readonly Line[];
  const summaryOf = (lines: readonly Line[]): Summary => lines.at(-1) as unknown as Summary;

  it('reports everything as JSON lines, and every pod is as expected', async () => {
    const demo = start('--interval', '200ms', '--json');
    for (const fact of ALL_HAS_HAPPENED) await demo.says(fact);
    await until('the second driver has signaled', () => SECOND_SIGNALED.test(demo.stdout()));
    await until('the crasher was restarted', () => demo.stdout().split(CRASHER_STARTED).length > 2);
    await until('the holder was measured', () => demo.stdout().split(HOLDER_MEASURED).length > 6);
    demo.child.kill('SIGINT');
    const result = await demo.ended;
    expect(result.exitCode, result.stderr + result.stdout.slice(-4_000)).to.equal(0);
    const lines = linesOf(result);
    const types = new Set(lines.map(({ type }) => type));
    expect([...types]).to.include.members([
      'fingerprint',
      'image',
      'event',
      'stats',
      'host',
      'output',
      'exec',
      'check',
    ]);
    // one pod runs an image of docker, where the rkt takes such
    expect(result.stdout).to.match(
      sandbox.options.rkt === 'embedded' ? /prepared from image [^"]*\/docker-shell\.tar"/ : /shell\.aci/,
    );
    const { pods, missing, failures, clean, ok } = summaryOf(lines);
    expect({ missing, failures, clean, ok }).to.deep.equal({
      missing: [],
      failures: [],
      clean: true,
      ok: true,
    });
    const verdicts = new Map(pods.map(({ id, asExpected }) => [id, asExpected]));
    for (const id of ['holder', 'logger', 'crasher', 'glutton', 'listener', 'stubborn', 'broken']) {
      expect(verdicts.get(id), `${id}: ${JSON.stringify(pods)}`).to.equal('yes');
    }
    // A busy machine has no whole core for the burner.
    expect(verdicts.get('burner'), JSON.stringify(pods)).to.be.oneOf(['yes', 'unseen']);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`ends all pods and exits with 0 after ${signal}`, async () => {
      const demo = start('--json');
      await demo.says('"kind":"started"');
      demo.child.kill(signal);
      const result = await demo.ended;
      expect(result.exitCode, result.stderr + result.stdout.slice(-3_000)).to.equal(0);
      expect(summaryOf(linesOf(result))).to.include({ interrupted: true, clean: true });
    });
  }

  it('ends all pods when no one reads any more', async () => {
    const demo = start();
    await demo.says('started');
    demo.child.stdout?.destroy();
    const { exitCode } = await demo.ended;
    expect(exitCode).to.equal(0);
  });

  it('serves the dashboard and its pods when asked, until it ends', async () => {
    const demo = start('--serve', '--json');
    await demo.says('The dashboard is at http://');
    await demo.says('"kind":"started"');
    const url = /The dashboard is at (http:\/\/127\.0\.0\.1:\d+\/)/.exec(demo.stdout())?.[1] ?? '';
    const { tasks } = (await (await fetch(`${url}v1/tasks`)).json()) as { tasks: readonly unknown[] };
    expect(tasks).to.have.length.above(0);
    expect(demo.stdout()).to.match(/#token=\S{20,}/);
    demo.child.kill('SIGINT');
    const result = await demo.ended;
    expect(result.exitCode, result.stderr + result.stdout.slice(-3_000)).to.equal(0);
    expect(await fetch(url).catch(() => 'no answer')).to.equal('no answer');
  });

  it('is recorded, and played by another user without rkt', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    const file = join(directory, 'demo.rec');
    try {
      const demo = start('--interval', '200ms', '--json', '--record', file);
      for (const fact of ['"kind":"exited","taskId":"logger"', HOLDER_MEASURED]) await demo.says(fact);
      demo.child.kill('SIGINT');
      const recorded = await demo.ended;
      expect(recorded.exitCode, recorded.stderr + recorded.stdout.slice(-3_000)).to.equal(0);
      expect(recorded.stdout).to.match(/demo\.rec: \d+ samples and \d+ events/);
      chmodSync(directory, 0o755);
      chmodSync(file, 0o644);
      const replay = (...args: readonly string[]): Promise<CliResult> =>
        startCli([...args, '--replay', file, '--json'], {
          env: { PATH: '/nowhere', HOME: directory, XDG_DATA_HOME: join(directory, 'none') },
          ...(process.geteuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}),
        }).ended;
      const [events, stats] = await Promise.all([
        replay('events', '--speed', '100'),
        replay('stats', '--speed', '100', '--interval', '200ms'),
      ]);
      expect([events.exitCode, stats.exitCode], events.stderr + stats.stderr).to.deep.equal([0, 0]);
      const idsOf = (lines: readonly Record<string, unknown>[]): readonly unknown[] =>
        lines.filter(({ kind, by }) => kind === 'exited' && by !== 'second driver').map(({ id }) => id);
      const seen = idsOf(linesOf(recorded).filter(({ type }) => type === 'event'));
      expect(seen).to.have.length.above(0);
      expect(idsOf(parseLines(events.stdout))).to.deep.equal(seen);
      expect(parseLines(stats.stdout).map(({ taskId }) => taskId)).to.include('holder');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('says why when no pod can be started, and exits with 1', async () => {
    const { exitCode, stdout } = await start('--rkt', '/no/such/rkt').ended;
    expect(exitCode).to.equal(1);
    expect(stdout).to.include('no rkt at "/no/such/rkt"').and.to.include('Nothing is left.');
  });

  it('writes lines where there is no terminal, and draws a table in place on one', async () => {
    const [plain, live] = await Promise.all(
      [{}, { tty: true }].map(
        (more) =>
          cliIn(sandbox).start(['demo', '--seconds', '2'], { ...more, env: { TMPDIR: temporary } }).ended,
      ),
    );
    expect(plain?.exitCode, plain?.stdout).to.equal(0);
    expect(plain?.stdout).to.include('Nothing is left.').and.not.to.include('\u001b');
    expect(live?.stdout).to.include('Nothing is left.').and.to.include('A\r\u001b[J');
  });
});
