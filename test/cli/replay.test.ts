import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import {
  parseLines,
  startCli,
  type CliOptions,
  type CliProcess,
  type CliResult,
} from '../support/cli-process.ts';
import type { RecordedAlert } from '../../src/drivers/recorded/recorded-alert.ts';
import { openTerminal } from '../support/tmux.ts';
import { shellLine } from '../support/cli-process.ts';
import { BEGIN_MS, exitEvent, exited, writeRecording } from '../drivers/recorded/write-recording.ts';

const UNPRIVILEGED = 65_534;

/** An alert of the recording. */
function alert(state: 'raised' | 'cleared', timeMs: number): RecordedAlert {
  return {
    ...{ id: 'web memory 1', raisedAtMs: BEGIN_MS + 10_000, labels: { task_id: 'web' }, taskId: 'web' },
    ...{ rule: 'memory', state, value: 2, threshold: 1, timeMs, message: 'web uses 200% of its memory' },
  };
}

/** Commands that play a recording, on a machine without rkt, by a user who is not root. */
describe('rkt-streams --replay', function () {
  this.timeout(180_000);
  let directory: string;
  let file: string;
  const started: CliProcess[] = [];

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rkt-streams-test-'));
    file = join(directory, 'demo.rec');
    await writeRecording(file, {
      taskIds: ['web', 'db'],
      ticks: 120,
      documents(tick, timeMs) {
        if (tick === 10 || tick === 70)
          return [{ kind: 'alert', timeMs, value: alert(tick === 10 ? 'raised' : 'cleared', timeMs) }];
        if (tick !== 60) return [];
        const ended = exited('db', 1, timeMs);
        return [
          { kind: 'task', timeMs, value: ended },
          { kind: 'event', timeMs, value: exitEvent(ended, timeMs) },
        ];
      },
    });
    chmodSync(directory, 0o755);
    chmodSync(file, 0o644);
  });
  after(async () => {
    for (const { child, ended } of started) {
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(directory, { recursive: true });
  });

  const options = (): CliOptions => ({
    env: { PATH: '/usr/bin:/bin', HOME: directory, XDG_DATA_HOME: join(directory, 'none') },
    ...(process.geteuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}),
  });
  const start = (...args: readonly string[]): CliProcess => {
    const process = startCli(args, options());
    started.push(process);
    return process;
  };
  const run = (...args: readonly string[]): Promise<CliResult> => start(...args).ended;

  it('stats prints the samples of the recording and ends with it', async () => {
    const { stdout, stderr, exitCode } = await run('stats', '--replay', file, '--speed', '100', '--json');
    expect([stderr, exitCode]).to.deep.equal(['', 0]);
    const samples = parseLines(stdout);
    // One less of each: the first has no sample before it. The other task exits in the middle.
    expect(samples.filter(({ taskId }) => taskId === 'web')).to.have.length(119);
    expect(samples.filter(({ taskId }) => taskId === 'db').length).to.be.within(58, 60);
    expect(samples.at(-1)).to.have.nested.property('usage.timestampMs', BEGIN_MS + 119_000);
  });

  it('events prints the events of the recording, with their times', async () => {
    const { stdout, exitCode } = await run('events', '--replay', file, '--speed', '1000', '--json');
    expect(exitCode).to.equal(0);
    expect(parseLines(stdout).map(({ kind, taskId, timeMs }) => [kind, taskId, timeMs])).to.deep.equal([
      ['exited', 'db', BEGIN_MS + 60_000],
    ]);
  });

  it('ps lists the tasks at the end, or at another time', async () => {
    const now = await run('ps', '--replay', file);
    expect(now.stdout).to.match(/^ID .*\nweb +web +example.com\/web:1.0 +running +4711 +2m ago +-\n$/);
    const before = await run('ps', '--replay', file, '--from', '30s', '--json');
    expect(parseLines(before.stdout).map(({ id }) => id)).to.deep.equal(['web', 'db']);
    const all = await run(
      'ps',
      '-a',
      '--replay',
      file,
      '--json',
      '--from',
      new Date(BEGIN_MS + 61_000).toISOString(),
    );
    expect(parseLines(all.stdout).map(({ id, phase }) => `${String(id)} ${String(phase)}`)).to.deep.equal([
      'web running',
      'db exited',
    ]);
  });

  it('top shows the recording, and keeps its last values', async function () {
    const line = shellLine(['top', '--replay', file, '--speed', '60']);
    const terminal = await openTerminal(this, line, { columns: 90, rows: 24, env: { HOME: directory } });
    try {
      await terminal.shows(/web +running/);
      await terminal.shows(/db +running/);
      await terminal.press('a');
      await terminal.shows(/db +exited/);
    } finally {
      await terminal.close();
    }
  });

  it('agent serves the recording, and refuses ops', async () => {
    const agent = start('agent', '--replay', file, '--listen', '127.0.0.1:0', '--json', '--speed', '100');
    await agent.says('"url"');
    const { url, tokenPath } = parseLines(agent.stdout())[0] as { url: string; tokenPath: string };
    const { tasks } = (await (await fetch(`${url}/v1/tasks`)).json()) as { tasks: { id: string }[] };
    expect(tasks.map(({ id }) => id)).to.deep.equal(['web', 'db']);
    const { readFileSync } = await import('node:fs');
    const headers = { authorization: `Bearer ${readFileSync(tokenPath, 'utf8').trim()}` };
    const refused = await fetch(`${url}/v1/tasks/web/stop`, { method: 'POST', headers });
    expect(refused.status).to.equal(501);
    expect(await refused.text())
      .to.include('RKT_ERR_UNSUPPORTED')
      .and.include('stopTask');
    const page = await fetch(`${url}/`);
    expect(page.status).to.equal(200);
    agent.child.kill('SIGTERM');
    expect((await agent.ended).exitCode).to.equal(0);
  });

  it('agent serves the alerts of the recording, as they were at the time of the replay', async () => {
    const alertsAt = async (from: string): Promise<readonly unknown[]> => {
      const place = ['--replay', file, '--from', from, '--speed', '0.001'];
      const agent = start('agent', ...place, '--listen', '127.0.0.1:0', '--json');
      await agent.says('"url"');
      const { url } = parseLines(agent.stdout())[0] as { url: string };
      const get = async (path: string): Promise<readonly { message: string; state: string }[]> =>
        ((await (await fetch(`${url}${path}`)).json()) as { alerts: { message: string; state: string }[] })
          .alerts;
      const [active, past] = [await get('/v1/alerts'), await get('/v1/alerts/history')];
      agent.child.kill('SIGTERM');
      expect((await agent.ended).exitCode).to.equal(0);
      return [active.map(({ message }) => message), past.map(({ state }) => state)];
    };
    expect(await Promise.all(['5s', '30s', '90s'].map(alertsAt))).to.deep.equal([
      [[], []],
      [['web uses 200% of its memory'], ['raised']],
      [[], ['cleared']],
    ]);
  });

  for (const [what, args, message] of [
    [
      'a file that does not exist',
      ['top', '--replay', '/nowhere.rec'],
      /RKT_ERR|nowhere\.rec does not exist/,
    ],
    ['a time that is none', ['stats', '--replay', 'FILE', '--from', 'noon'], /A time is a duration/],
    ['a speed of 0', ['stats', '--replay', 'FILE', '--speed', '0'], /A speed is a number above 0/],
    ['a part without records', ['stats', '--replay', 'FILE', '--from', '2h'], /has records from/],
    ['--speed without --replay', ['stats', '--speed', '2'], /--speed needs --replay/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const words = args.map((word) => (word === 'FILE' ? file : word));
      const { exitCode, stderr } = await startCli(words, {
        ...options(),
        tty: words[0] === 'top',
      }).ended.then(({ exitCode: code, stderr: err, stdout }) => ({ exitCode: code, stderr: err + stdout }));
      expect(stderr).to.match(message);
      expect(exitCode).to.not.equal(0);
    });
  }
});
