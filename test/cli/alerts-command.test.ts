import { expect } from 'chai';

import { parseLines, startCli, type CliResult } from '../support/cli-process.ts';
import { openServerFixture, type ServerFixture } from '../support/server-fixture.ts';
import { aTaskEvent, anExit } from '../support/task-events.ts';

describe('rkt-streams alerts', function () {
  this.timeout(120_000);
  let fixture: ServerFixture;
  before(async () => {
    fixture = await openServerFixture({
      alerts: {
        receivers: [
          { type: 'webhook', name: 'hook', url: 'http://127.0.0.1:1', match: [{ name: 'job', value: 'x' }] },
        ],
      },
    });
    fixture.eventsSubject.next(anExit('web', { exitCode: 3 }, { message: 'Exited with 3', timeMs: 5 }));
    fixture.eventsSubject.next(anExit('job/a b', { exitCode: 1 }, { timeMs: 7 }));
    fixture.eventsSubject.next(aTaskEvent('started', 'job/a b', { timeMs: 9 }));
  });
  after(() => fixture.close());

  const run = (...args: readonly string[]): Promise<CliResult> =>
    startCli(['--host', `unix://${fixture.server.socketPath ?? ''}`, ...args]).ended;

  it('lists what is active, and what was', async () => {
    const { stdout, stderr } = await run('alerts');
    expect(stderr).to.equal('');
    expect(stdout).to.match(/^TASK +ALERT +RAISED +STATE +MESSAGE\nweb +crash .* raised +Exited with 3\n$/);
    const all = parseLines((await run('--json', 'alerts', 'ls', '--all')).stdout);
    expect(all.map(({ taskId, clearedAtMs }) => [taskId, clearedAtMs])).to.deep.equal([
      ['job/a b', 9],
      ['web', undefined],
    ]);
    expect((await run('alerts', 'ls', '--all', '--task', 'job/a b')).stdout).to.include('cleared after 2ms');
  });

  it('silences alerts and ends that again', async () => {
    const made = await run(
      'alerts',
      'silence',
      'task_id=web',
      'alertname!=oom',
      '--for',
      '1h',
      '--comment',
      'deploy',
    );
    expect(made.stderr).to.equal('');
    const id = made.stdout.trim();
    expect((await run('alerts')).stdout).to.match(/web .* silenced/);
    expect((await run('alerts', 'silences')).stdout).to.match(
      new RegExp(`${id} +active +task_id=web alertname!=oom +in .* deploy`),
    );
    expect((await run('alerts', 'unsilence', id)).exitCode).to.equal(0);
    expect((await run('alerts')).stdout).to.match(/web .* raised/);
  });

  it('lists receivers', async () => {
    expect((await run('alerts', 'receivers')).stdout).to.match(/\nhook +webhook +0 +0 +0 +0/);
  });

  for (const [what, args, code, message] of [
    ['a matcher that is none', ['alerts', 'silence', 'web', '--for', '1h'], 2, /"web" is no matcher/],
    ['matchers of all alerts', ['alerts', 'silence', 'job=~.*', '--for', '1h'], 1, /would match every alert/],
    ['an unknown silence', ['alerts', 'unsilence', 'none'], 1, /There is no silence "none"/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { exitCode, stderr } = await run(...args);
      expect(stderr).to.match(message);
      expect(exitCode).to.equal(code);
    });
});
