import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import type { PastAlert } from '../../src/server/alerts/alert-history.ts';
import { openAlertReceiver, type AlertReceiverServer } from '../support/alert-receiver.ts';
import { openAlertmanager, type Alertmanager } from '../support/alertmanager.ts';
import { parseLines, type CliProcess } from '../support/cli-process.ts';
import { useCliSandbox } from '../support/cli-sandbox.ts';
import { requires } from '../support/requirements.ts';
import { ask } from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

describe('alerts of an agent', function () {
  this.timeout(180_000);
  const get = useCliSandbox();
  let hook: AlertReceiverServer | undefined;
  let manager: Alertmanager | undefined;
  beforeEach(async () => {
    hook = await openAlertReceiver();
  });
  afterEach(async () => {
    await hook?.close();
    await manager?.close();
    manager = undefined;
  });

  const begin = async (receivers: readonly object[], ...rules: readonly object[]): Promise<CliProcess> => {
    const cli = get();
    const file = join(cli.sandbox.options.dataDir, 'agent.json');
    const alerts = { receivers, ...(rules.length > 0 && { rules }) };
    await mkdir(cli.sandbox.options.dataDir, { recursive: true });
    await writeFile(file, JSON.stringify({ logLevel: 'info', server: { listen: 'none', alerts } }));
    const process = cli.start(['--config', file, '--json', 'agent']);
    await process.says('\n');
    return process;
  };
  const socketPath = (): string => join(get().sandbox.options.dataDir, 'agent.sock');
  const fetchJson = async <T>(path: string): Promise<T> =>
    JSON.parse((await ask({ url: undefined, socketPath: socketPath() }, path, { local: true })).text) as T;
  const webhook = () => ({ type: 'webhook', name: 'hook', url: hook?.url, groupMs: 0 });
  const end = async (agent: CliProcess, signal: NodeJS.Signals): Promise<number | null> => {
    agent.child.kill(signal);
    return (await agent.ended).exitCode;
  };

  it('of a crash that lived 20 ms come to a webhook and to Alertmanager', async function () {
    requires(this, 'alertmanager');
    manager = await openAlertmanager();
    const agent = await begin([
      webhook(),
      { type: 'alertmanager', name: 'am', url: manager.url, groupMs: 0, resendMs: 500 },
    ]);
    const cli = get();
    expect(
      (await cli.run(cli.shell('sleep 0.02; exit 9', '--id', 'job/short', '--name', 'short'))).exitCode,
    ).to.equal(9);
    await until('the webhook got it', () => hook?.delivered().length === 1);
    expect(hook?.delivered()).to.deep.equal(['raised crash job/short']);
    await until('Alertmanager has it', async () => (await manager?.alerts())?.length === 1);
    const [alert] = await manager.alerts();
    expect(alert?.labels).to.include({ alertname: 'crash', task_id: 'job/short', task: 'short' });
    expect(alert?.annotations['summary']).to.match(/code 9/);
    expect(alert?.status.state).to.equal('active');
    const endsAt = async (): Promise<number> => Date.parse((await manager?.alerts())?.[0]?.endsAt ?? '');
    const before = await endsAt();
    await until('it is sent again', async () => (await endsAt()) > before);
    expect((await cli.run(['rm', 'job/short'])).exitCode).to.equal(0);
    await until('the webhook got its end', () => hook?.delivered().length === 2);
    expect(hook?.delivered()[1]).to.equal('cleared crash job/short');
    await until('all of it is in the log', () => {
      const messages = parseLines(agent.stderr()).map(({ msg }) => msg);
      return ['Alert raised', 'Alert resolved', 'Alerts delivered'].every((each) => messages.includes(each));
    });
    expect(await end(agent, 'SIGTERM')).to.equal(0);
  });

  it('are there after a kill -9, and each is delivered once', async () => {
    const cli = get();
    const crash = async (id: string): Promise<void> => {
      expect((await cli.run(cli.shell('exit 9', '--id', id))).exitCode).to.equal(9);
    };
    const first = await begin([webhook()]);
    await crash('seen');
    await until('it was delivered', () => hook?.delivered().length === 1);
    interface Receivers {
      readonly receivers: readonly { readonly pending: number }[];
    }
    await until('the delivery is written', async () => {
      const { receivers } = await fetchJson<Receivers>('/v1/alerts/receivers');
      return receivers[0]?.pending === 0;
    });
    hook?.answer(503);
    await crash('waiting');
    await until('it was tried', () => (hook?.received.length ?? 0) > 1);
    const silence = { matchers: [{ name: 'task_id', value: 'silent' }], durationMs: 600_000 };
    const headers = { 'content-type': 'application/json' };
    const made = await ask({ url: undefined, socketPath: socketPath() }, '/v1/silences', {
      ...{ local: true, method: 'POST', headers, body: JSON.stringify(silence) },
    });
    expect(made.status).to.equal(201);
    await end(first, 'SIGKILL');
    await crash('down');
    await crash('silent');

    const second = await begin([webhook()]);
    hook?.answer(200);
    await until('all were delivered', () => (hook?.delivered().length ?? 0) >= 3);
    const delivered = hook?.delivered() ?? [];
    expect(delivered[0]).to.equal('raised crash seen');
    expect([...delivered.slice(1)].sort()).to.deep.equal(['raised crash down', 'raised crash waiting']);
    const { alerts } = await fetchJson<{ alerts: PastAlert[] }>('/v1/alerts/history');
    // The data directory is that of the test before as well.
    const ids = alerts.map(({ taskId }) => taskId).filter((id) => id !== 'job/short');
    expect(ids.sort()).to.deep.equal(['down', 'seen', 'silent', 'waiting']);
    const { silences } = await fetchJson<{ silences: { id: string }[] }>('/v1/silences');
    expect(silences.map(({ id }) => id)).to.deep.equal([(JSON.parse(made.text) as { id: string }).id]);
    expect(await end(second, 'SIGTERM')).to.equal(0);
    expect(hook?.delivered()).to.have.length(3);
  });
});
