import { hostname } from 'node:os';

import { expect } from 'chai';

import type { RecentHistory } from '../../../src/server/history/recent-history.ts';
import type { AlertConfigInput } from '../../../src/server/index.ts';
import { openServerFixture, type ServerFixture } from '../../support/server-fixture.ts';
import { anExit } from '../../support/task-events.ts';

interface Columns {
  readonly timeMs: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

describe('routes of history and alerts', () => {
  let fixture: ServerFixture;
  before(async () => {
    fixture = await openServerFixture();
  });
  after(() => fixture.close());

  const ask = async (path: string) => {
    const { status, text } = await fixture.ask(path);
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  };
  const crash = anExit('web', { exitCode: 3 }, { timeMs: 7, message: 'Exited with 3' });

  it('report the history of a task', async () => {
    fixture.statsSubject.next([
      {
        taskId: 'web',
        usage: { timestampMs: 5, source: 'cgroup-v1', cpu: {}, memory: { rssBytes: 4_096 } },
      },
    ]);
    const { status, body } = await ask('/v1/history?task=web');
    expect(status).to.equal(200);
    expect(body).to.include({ taskId: 'web', resolution: 'fine', stepMs: 5_000 });
    const { timeMs, series } = body as unknown as Columns;
    expect(timeMs).to.deep.equal([5]);
    expect(series['rssBytes']).to.deep.equal([4_096]);
    expect(series['cpuCores']).to.deep.equal([null]);
  });

  it('report an empty history of a task that was not measured yet, and of the machine', async () => {
    for (const [resolution, stepMs] of [
      ['fine', 5_000],
      ['coarse', 120_000],
    ] as const) {
      const { body } = await ask(`/v1/history?task=job%2Fa%20b&resolution=${resolution}`);
      expect(body).to.deep.include({ resolution, stepMs, timeMs: [] });
      expect((body as unknown as Columns).series['rssBytes']).to.deep.equal([]);
    }
    const { status, body } = await ask('/v1/history?resolution=coarse');
    expect(status).to.equal(200);
    expect(body).not.to.have.property('taskId');
  });

  it('report the last minutes of all tasks on one grid, null where nothing was measured', async () => {
    const nowMs = Date.now();
    for (const [timestampMs, percent] of [
      [nowMs - 20_000, 0],
      [nowMs - 10_000, 50],
    ] as const) {
      const usage = {
        timestampMs,
        source: 'cgroup-v1',
        cpu: { percent },
        memory: { workingSetBytes: 4_096 },
      } as const;
      fixture.statsSubject.next([{ taskId: 'job/a b', usage }]);
    }
    const { status, body } = await ask('/v1/history/recent?windowMs=60000');
    expect(status).to.equal(200);
    const { stepMs, timeMs, tasks, host } = body as unknown as RecentHistory;
    expect(stepMs).to.equal(5_000);
    expect(timeMs).to.have.length(12);
    expect(timeMs.every((time, n) => n === 0 || time - (timeMs[n - 1] ?? 0) === stepMs)).to.equal(true);
    const columns = tasks['job/a b'];
    const step = timeMs.indexOf(Math.floor((nowMs - 10_000) / stepMs) * stepMs);
    expect(columns?.cpuCores[step]).to.equal(0.5);
    expect(columns?.cpuCores.filter((value) => value !== null)).to.deep.equal([0.5]);
    expect(columns?.workingSetBytes.filter((value) => value !== null)).to.deep.equal([4_096, 4_096]);
    expect(host.cpuRatio).to.have.length(12);
    expect((await ask('/v1/history/recent?windowMs=1')).status).to.equal(400);
  });

  it('refuse a task that no one knows, and a resolution that is none', async () => {
    expect((await ask('/v1/history?task=unknown')).status).to.equal(404);
    expect((await ask('/v1/history?resolution=perfect')).status).to.equal(400);
  });

  it('report the alerts that stand, and by which rules', async () => {
    fixture.eventsSubject.next(crash);
    const { body } = await ask('/v1/alerts');
    const [{ id, ...alert } = { id: '' }] = body['alerts'] as readonly { readonly id: string }[];
    expect(id).to.match(/^[\w-]{16}$/);
    expect(alert).to.deep.equal({
      taskId: 'web',
      rule: 'crash',
      state: 'raised',
      value: 3,
      threshold: 1,
      timeMs: 7,
      raisedAtMs: 7,
      labels: { alertname: 'crash', task_id: 'web', task: 'web', instance: hostname() },
      message: 'Exited with 3',
    });
    expect(body['rules']).to.have.length(5);
  });

  it('take new rules when they are reloaded, and keep the old ones when these are wrong', async () => {
    const rules = [{ name: 'oom', on: 'oom' }] as const;
    fixture.server.reload({ alerts: { rules } });
    expect((await ask('/v1/alerts')).body).to.deep.equal({ alerts: [], rules });
    const wrong = { rules: [{ name: 'x', metric: 'mood', raise: 1 }] };
    fixture.server.reload({ alerts: wrong as unknown as AlertConfigInput });
    expect((await ask('/v1/alerts')).body['rules']).to.deep.equal(rules);
  });
});
