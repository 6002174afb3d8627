import { existsSync } from 'node:fs';
import { mkdtemp, rm, truncate, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createRecordedDriver } from '../../../src/drivers/recorded/index.ts';
import type { BlockContent } from '../../../src/drivers/recorded/block-codec.ts';
import { openRecording } from '../../../src/drivers/recorded/recording-reader.ts';
import type { PastAlert } from '../../../src/server/alerts/alert-history.ts';
import type { ListedSilence } from '../../../src/server/alerts/silences.ts';
import type { Alert } from '../../../src/server/alerts/alert.ts';
import { openServerFixture, taskNamed, type ServerFixture } from '../../support/server-fixture.ts';
import { until } from '../../support/until.ts';
import { aTaskEvent, anExit } from '../../support/task-events.ts';

describe('alerts on disk', () => {
  let directory: string;
  let fixture: ServerFixture | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-alerts-'));
  });
  afterEach(async () => {
    await fixture?.close();
    fixture = undefined;
    await rm(directory, { recursive: true });
  });

  const alertsFile = (): string => join(directory, 'alerts.rec');
  const open = async (): Promise<ServerFixture> => {
    await fixture?.close();
    fixture = await openServerFixture({
      alertsFile: alertsFile(),
      historyFile: join(directory, 'agent.rec'),
    });
    return fixture;
  };
  const get = async <T>(path: string): Promise<T> => JSON.parse((await fixture?.ask(path))?.text ?? '') as T;
  const active = async (): Promise<readonly Alert[]> => (await get<{ alerts: Alert[] }>('/v1/alerts')).alerts;
  const history = async (query = ''): Promise<readonly PastAlert[]> =>
    (await get<{ alerts: PastAlert[] }>(`/v1/alerts/history${query}`)).alerts;
  const silences = async (): Promise<readonly ListedSilence[]> =>
    (await get<{ silences: ListedSilence[] }>('/v1/silences')).silences;
  const silence = async (body: object): Promise<ListedSilence> => {
    const { status, text } = (await fixture?.ask('/v1/silences', {
      method: 'POST',
      local: true,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })) ?? { status: 0, text: '' };
    expect(status, text).to.equal(201);
    return JSON.parse(text) as ListedSilence;
  };
  const crash = anExit('web', { exitCode: 3 }, { timeMs: 70, message: 'Exited with 3' });

  it('are there again after a restart: active ones, past ones and silences', async () => {
    const first = await open();
    first.eventsSubject.next(crash);
    first.eventsSubject.next(anExit('job/a b', { exitCode: 1 }, { timeMs: 80 }));
    first.eventsSubject.next(aTaskEvent('started', 'job/a b', { timeMs: 90 }));
    const made = await silence({
      matchers: [{ name: 'task', value: 'web' }],
      durationMs: 60_000,
      comment: 'why',
    });
    const before = await active();
    await open();
    expect(await active()).to.deep.equal(before);
    expect(before).to.have.length(1);
    expect(before[0]).to.deep.include({ rule: 'crash', taskId: 'web', silencedBy: [made.id] });
    const past = await history();
    expect(
      past.map(({ taskId, raisedAtMs, clearedAtMs }) => [taskId, raisedAtMs, clearedAtMs]),
    ).to.deep.equal([
      ['job/a b', 80, 90],
      ['web', 70, undefined],
    ]);
    expect(await history('?task=web')).to.have.length(1);
    expect(await history('?sinceMs=91')).to.have.length(1);
    expect(await history('?limit=1')).to.have.length(1);
    expect(await silences()).to.deep.equal([made]);
  });

  it('are not raised again when an end is published again, and end when their task is gone', async () => {
    (await open()).eventsSubject.next(crash);
    const [before] = await active();
    const second = await open();
    second.eventsSubject.next(crash);
    expect(await active()).to.deep.equal([before]);
    expect(await history()).to.have.length(1);
    second.tasksSubject.next([taskNamed('other')]);
    expect(await active()).to.deep.equal([]);
    await open();
    expect(await active()).to.deep.equal([]);
    expect(await history()).to.have.length(1);
  });

  it('keep a silence that was ended so', async () => {
    await open();
    const { id } = await silence({ matchers: [{ name: 'task', value: 'web' }], durationMs: 60_000 });
    const answer = await fixture?.ask(`/v1/silences/${id}`, { method: 'DELETE', local: true });
    expect(answer?.status).to.equal(200);
    await open();
    expect((await silences()).map(({ state }) => state)).to.deep.equal(['expired']);
    expect((await fixture?.ask('/v1/silences/unknown', { method: 'DELETE', local: true }))?.status).to.equal(
      404,
    );
  });

  it('lose no more than the last record when the file was cut off', async () => {
    const first = await open();
    first.eventsSubject.next(crash);
    await first.close();
    const { size } = await stat(alertsFile());
    first.eventsSubject.complete();
    fixture = undefined;
    const second = await open();
    second.eventsSubject.next(anExit('job/a b', { exitCode: 1 }, { timeMs: 80 }));
    await second.close();
    fixture = undefined;
    await truncate(alertsFile(), size + 20);
    await open();
    expect((await active()).map(({ taskId }) => taskId)).to.deep.equal(['web']);
  });

  it('leave a file alone that is something else, and are in memory then', async () => {
    await writeFile(alertsFile(), 'a letter to a friend');
    (await open()).eventsSubject.next(crash);
    expect(await active()).to.have.length(1);
    await fixture?.close();
    fixture = undefined;
    expect((await stat(alertsFile())).size).to.equal(20);
  });

  it('are in the recording of the history, which a replay shows', async () => {
    const first = await open();
    first.eventsSubject.next(crash);
    const file = join(directory, 'agent.rec');
    await until('the recording has begun', () => existsSync(file) && blocksOf(file).length > 0);
    // A replay begins with the state of its first moment: the first alert can belong to that.
    const openedMs = Date.now();
    await until('a moment is over', () => Date.now() > openedMs);
    first.eventsSubject.next(anExit('job/a b', { exitCode: 1 }));
    await first.close();
    fixture = undefined;
    const documents = blocksOf(file).flatMap((block) => block.documents);
    const recorded = documents.flatMap(({ kind, value }) => (kind === 'alert' ? [value.taskId] : []));
    expect(recorded).to.deep.equal(['web', 'job/a b']);
    const replayed = createRecordedDriver(file, { speed: 1_000_000 });
    const alerts: string[] = [];
    await new Promise<void>((resolve) => {
      replayed.recordedAlerts().subscribe({
        next: ({ taskId, rule, state }) => alerts.push(`${taskId} ${rule} ${state}`),
        complete: resolve,
      });
      replayed.taskEvents().subscribe();
    });
    await replayed.shutdown();
    expect(alerts.filter((alert) => !alert.startsWith('web '))).to.deep.equal(['job/a b crash raised']);
  });
});

/** Of a file that may have only begun to be written. */
function blocksOf(file: string): readonly BlockContent[] {
  try {
    const reader = openRecording(file);
    const blocks = [...reader.blocksFrom(-Infinity)];
    reader.close();
    return blocks;
  } catch {
    return [];
  }
}
