import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { AlertConfigInput, ReceiverInput } from '../../../../src/server/index.ts';
import type { ListedReceiver } from '../../../../src/server/alerts/delivery/alert-delivery.ts';
import { openAlertReceiver, type AlertReceiverServer } from '../../../support/alert-receiver.ts';
import { expectRktRejection } from '../../../support/errors.ts';
import { openServerFixture, type ServerFixture } from '../../../support/server-fixture.ts';
import { aTaskEvent, anExit } from '../../../support/task-events.ts';
import { until } from '../../../support/until.ts';

describe('delivery of alerts', () => {
  let directory: string;
  let hook: AlertReceiverServer;
  let fixture: ServerFixture | undefined;
  let logged: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-alerts-'));
    hook = await openAlertReceiver();
    logged = [];
  });
  afterEach(async () => {
    await fixture?.close();
    fixture = undefined;
    await hook.close();
    await rm(directory, { recursive: true });
  });

  const log = (fields: object, message: string): void => {
    logged.push(
      `${message} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.message : value))}`,
    );
  };
  const webhook = (more: Partial<Extract<ReceiverInput, { type: 'webhook' }>> = {}): ReceiverInput => ({
    ...{ type: 'webhook', name: 'hook', url: `${hook.url}/token-4711`, groupMs: 0, timeoutMs: 30_000 },
    ...more,
  });
  const configOf = (...receivers: readonly ReceiverInput[]): AlertConfigInput => ({ receivers });
  const open = async (alerts: AlertConfigInput = configOf(webhook())): Promise<ServerFixture> => {
    await fixture?.close();
    fixture = await openServerFixture({
      alerts,
      alertsFile: join(directory, 'alerts.rec'),
      logger: { debug: log, info: log, warn: log, error: log },
      metrics: () => ({ contentType: 'text/plain', body: '' }),
    });
    return fixture;
  };
  const crash = (id = 'web', timeMs = 5) =>
    fixture?.eventsSubject.next(anExit(id, { exitCode: 3 }, { timeMs, message: 'Exited with "3"\nat once' }));
  const start = (id = 'web') => fixture?.eventsSubject.next(aTaskEvent('started', id, { timeMs: 9 }));
  const ask = async (path: string, body?: object) => {
    const method = body === undefined ? 'GET' : 'POST';
    const headers = { 'content-type': 'application/json' };
    const answer = await fixture?.ask(path, {
      ...{ local: true, method, headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return answer?.text ?? '';
  };
  const receivers = async (): Promise<readonly ListedReceiver[]> =>
    (JSON.parse(await ask('/v1/alerts/receivers')) as { receivers: ListedReceiver[] }).receivers;
  const delivered = (count: number) =>
    until(`${count} alerts were delivered`, () => hook.delivered().length >= count);
  const written = () =>
    until('the delivery is written', async () => (await receivers()).every(({ pending }) => pending === 0));

  it('sends what begins and what ends as JSON, with the headers of the configuration', async () => {
    process.env['RKT_STREAMS_TEST_SECRET'] = 'hunter2';
    await open(configOf(webhook({ headers: { Authorization: { variable: 'RKT_STREAMS_TEST_SECRET' } } })));
    delete process.env['RKT_STREAMS_TEST_SECRET'];
    crash();
    await delivered(1);
    start();
    await delivered(2);
    expect(hook.delivered()).to.deep.equal(['raised crash web', 'cleared crash web']);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = hook.received;
    expect(path).to.equal('/token-4711');
    expect(headers).to.include({ authorization: 'hunter2', 'content-type': 'application/json' });
    const { alerts, text, ...message } = JSON.parse(body) as Record<string, unknown>;
    expect(message).to.include({ version: '1', receiver: 'hook', status: 'raised', count: 1 });
    expect(text).to.equal('[RAISED] crash of web: Exited with "3"\nat once');
    expect(alerts).to.have.nested.property('0.labels.task_id', 'web');
    await written();
    expect(await receivers()).to.deep.equal([
      { name: 'hook', type: 'webhook', pending: 0, delivered: 2, failed: 0, dropped: 0 },
    ]);
    const seen = [
      await ask('/v1/alerts'),
      await ask('/v1/alerts/receivers'),
      await ask('/metrics'),
      ...logged,
    ];
    expect(seen.join('\n')).not.to.match(/hunter2|token-4711/);
    expect(await ask('/metrics')).to.include('rkt_streams_alerts_delivered_total{receiver="hook"} 2');
  });

  it('prints a template, whose fields are escaped', async () => {
    const template =
      '{"text": "{{ .title }}: {{ .alert.message }}", "n": {{ .count }}, "all": {{ json .alerts }}}';
    await open(configOf(webhook({ template })));
    crash();
    await until('it came', () => hook.received.length > 0);
    const { text, n, all } = JSON.parse(hook.received[0]?.body ?? '') as Record<string, unknown>;
    expect(text).to.match(/^\[RAISED\] crash of web on .*: Exited with "3"\nat once$/);
    expect(n).to.equal(1);
    expect(all).to.have.length(1);
  });

  it('sends alerts that come together in one request', async () => {
    await open(configOf(webhook({ groupMs: 300 })));
    crash('web');
    crash('job/a b');
    await delivered(2);
    expect(hook.received).to.have.length(1);
  });

  it('tries again until the receiver is there, and delays nothing', async () => {
    hook.answer(503);
    await open();
    crash();
    await until('it failed', () => logged.some((line) => line.includes('not delivered')));
    expect(await ask('/v1/alerts')).to.include('"crash"');
    expect((await receivers())[0]).to.include({ pending: 1, lastFailure: 'it answered with status 503' });
    hook.answer(200);
    await delivered(1);
    await written();
    const [counts] = await receivers();
    expect(counts).not.to.have.property('lastFailure');
    expect(counts?.failed).to.be.greaterThan(0);
    expect(await ask('/metrics')).to.match(
      /rkt_streams_alert_delivery_failures_total\{receiver="hook"\} [1-9]/,
    );
  });

  it('gives up a receiver that hangs after its timeout, and one that refuses at once', async () => {
    hook.answer('never');
    await open(configOf(webhook({ timeoutMs: 50 })));
    crash();
    await until('it failed', () => logged.some((line) => line.includes('it has not answered in time')));
    hook.answer(400);
    await until('it was refused', () => logged.some((line) => line.includes('refused')));
    await written();
    expect((await receivers())[0]).to.include({ dropped: 1 });
    expect(logged.join('\n')).not.to.include('token-4711');
  });

  it('loses nothing and sends nothing twice when the agent is started again', async () => {
    await open();
    crash('web');
    await delivered(1);
    await written();
    hook.answer(503);
    crash('job/a b');
    await until('it failed', () => logged.some((line) => line.includes('not delivered')));
    await open();
    hook.answer(200);
    await delivered(2);
    start('web');
    await delivered(3);
    expect(hook.delivered()).to.deep.equal(['raised crash web', 'raised crash job/a b', 'cleared crash web']);
  });

  it('delivers no alert that is silenced, until the silence ends', async () => {
    await open();
    const made = JSON.parse(
      await ask('/v1/silences', { matchers: [{ name: 'task_id', value: 'web' }], durationMs: 60_000 }),
    ) as { id: string };
    crash('web');
    crash('job/a b');
    await delivered(1);
    await written();
    expect(hook.delivered()).to.deep.equal(['raised crash job/a b']);
    await fixture?.ask(`/v1/silences/${made.id}`, { method: 'DELETE', local: true });
    await delivered(2);
    expect(hook.delivered()[1]).to.equal('raised crash web');
  });

  it('delivers only what a receiver wants', async () => {
    const match = [{ name: 'task_id', value: 'web' }];
    await open(configOf(webhook({ match, sendCleared: false }), webhook({ name: 'all' })));
    crash('job/a b');
    crash('web');
    start('web');
    await until('all were delivered', async () => (await receivers()).every(({ pending }) => pending === 0));
    await delivered(4);
    const counts = (await receivers()).map((one) => `${one.name} ${one.delivered}`);
    expect(counts).to.deep.equal(['hook 1', 'all 3']);
  });

  it('notifies a receiver that is new of what is active, and keeps the old ones when a reload is wrong', async () => {
    await open(configOf());
    crash();
    fixture?.server.reload({ alerts: configOf(webhook()) });
    await delivered(1);
    const wrong = { type: 'webhook', name: 'x', url: { file: '/nowhere/token' } } as const;
    fixture?.server.reload({ alerts: configOf(wrong) });
    expect(logged.join('\n')).to.include('/nowhere/token');
    expect((await receivers()).map(({ name }) => name)).to.deep.equal(['hook']);
  });

  it('runs a command without a shell, with the alert as JSON and as variables, and ends it after its timeout', async () => {
    const script = join(directory, 'notify.sh');
    const out = join(directory, 'out');
    await writeFile(
      script,
      `#!/bin/sh\n[ "$1" = hang ] && { echo $$ >"$2"; exec sleep 1000; }\ncat >"$1"; env >"$1.env"; mv "$1.env" "$1.done"\n`,
    );
    await chmod(script, 0o755);
    const pid = join(directory, 'pid');
    process.env['RKT_STREAMS_TEST_SECRET'] = 'hunter2';
    await open(
      configOf(
        { type: 'command', name: 'ok', command: [script, `${out} $(id)`], groupMs: 0 },
        { type: 'command', name: 'hangs', command: [script, 'hang', pid], groupMs: 0, timeoutMs: 300 },
      ),
    );
    crash();
    await until('the command ran', () => existsSync(`${out} $(id).done`));
    await until('the other was ended', () => logged.some((line) => line.includes('has not ended in time')));
    delete process.env['RKT_STREAMS_TEST_SECRET'];
    expect(JSON.parse(await readFile(`${out} $(id)`, 'utf8'))).to.include({ taskId: 'web', rule: 'crash' });
    const variables = await readFile(`${out} $(id).done`, 'utf8');
    expect(variables)
      .to.include('RKT_STREAMS_ALERT_STATE=raised')
      .and.include('RKT_STREAMS_ALERT_TASK_ID=web');
    expect(variables).not.to.include('hunter2');
    const child = Number(await readFile(pid, 'utf8'));
    await until('it is gone', () => !existsSync(`/proc/${child}`));
  });

  const SECRET_FILES: readonly (readonly [string, number, string, RegExp])[] = [
    ['that others can read', 0o644, 'x', /other users can read it \(mode 644\)/],
    ['that is empty', 0o600, '\n', /is empty/],
    ['that holds no URL', 0o600, 'hunter2', /not one of http or https/],
  ];
  for (const [what, mode, text, message] of SECRET_FILES)
    it(`refuses a file ${what}`, async () => {
      const file = join(directory, 'url');
      await writeFile(file, text);
      await chmod(file, mode);
      const error = await expectRktRejection(open(configOf(webhook({ url: { file } }))), 'RKT_ERR_OPTIONS');
      expect(error.message).to.match(message).and.not.include('hunter2');
    });

  it('refuses a template that prints no JSON, and one with an action that there is not', async () => {
    const unquoted = open(configOf(webhook({ template: '{"text": {{ .title }}}' })));
    expect((await expectRktRejection(unquoted, 'RKT_ERR_OPTIONS')).message).to.include('does not print JSON');
    const action = open(configOf(webhook({ template: '{{ range .alerts }}' })));
    expect((await expectRktRejection(action, 'RKT_ERR_OPTIONS')).message).to.include('is not supported');
  });
});
