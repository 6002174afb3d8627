import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import { WebSocket } from 'ws';

import { EXEC_PROTOCOL, TICKET_PROTOCOL, execPath } from '../../../src/model/exec-protocol.ts';
import { tokenHash, tokensText, type TokenEntry } from '../../../src/server/tokens/tokens-file.ts';
import { openServerFixture, readStream, type ServerFixture } from '../../support/server-fixture.ts';
import { until } from '../../support/until.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const READ = 'r'.repeat(43);
const WRITE = 'w'.repeat(43);

describe('an agent with several tokens', () => {
  let dataDir: string;
  let fixture: ServerFixture;
  let aborted = 0;
  const reader: TokenEntry = { label: 'grafana', right: 'read', sha256: tokenHash(READ) };
  const writer: TokenEntry = { label: 'ci', right: 'write', sha256: tokenHash(WRITE) };
  const save = (...tokens: TokenEntry[]): Promise<void> =>
    writeFile(join(dataDir, 'agent-tokens.json'), tokensText(tokens), { mode: 0o600 });

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rkt-streams-rights-'));
    await save(reader, writer);
    fixture = await openServerFixture({
      dataDir,
      requireToken: true,
      metrics: () => ({ contentType: 'text/plain', body: 'up 1\n' }),
      execTaskStreaming: (_id, { signal }) =>
        new Promise((end) =>
          signal?.addEventListener('abort', () => {
            aborted += 1;
            end({ exitCode: 137, signal: 9 });
          }),
        ),
    });
  });
  beforeEach(async () => {
    await save(reader, writer);
    reload();
  });
  after(async () => {
    await fixture.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const reload = (): void => fixture.server.reload({ requireToken: true });
  const bearer = (token: string) => ({ ...JSON_TYPE, authorization: `Bearer ${token}` });
  const errorOf = (text: string): { code: string; message: string } =>
    (JSON.parse(text) as { error: { code: string; message: string } }).error;
  const socketOf = (headers: Record<string, string>, ...protocols: string[]): WebSocket =>
    new WebSocket(
      `${fixture.server.url ?? ''}${execPath('web')}`.replace('http', 'ws'),
      [EXEC_PROTOCOL, ...protocols],
      {
        headers,
      },
    );

  for (const path of [
    '/v1/tasks',
    '/v1/tasks/web',
    '/v1/alerts',
    '/v1/history/recent',
    '/metrics',
    '/v1/session',
  ])
    it(`answers GET ${path} to a token that reads, and to none without`, async () => {
      expect((await fixture.ask(path)).status).to.equal(401);
      expect((await fixture.ask(path, { headers: bearer('x'.repeat(43)) })).status).to.equal(401);
      expect((await fixture.ask(path, { headers: bearer(READ) })).status).to.equal(200);
    });

  const writes: readonly (readonly [string, string])[] = [
    ['POST', '/v1/tasks'],
    ['POST', '/v1/tasks/web/stop'],
    ['POST', '/v1/tasks/web/restart'],
    ['POST', '/v1/tasks/web/signal'],
    ['POST', '/v1/tasks/web/exec'],
    ['POST', '/v1/tasks/web/exec/ticket'],
    ['DELETE', '/v1/tasks/web'],
    ['POST', '/v1/silences'],
    ['DELETE', '/v1/silences/x'],
    ['POST', '/v1/audit'],
    ['POST', '/v1/nothing'],
  ];
  for (const [method, path] of writes)
    it(`refuses ${method} ${path} with a token that reads, and names the right`, async () => {
      const answer = await fixture.ask(path, { method, headers: bearer(READ), body: '{}' });
      const { code, message } = errorOf(answer.text);
      expect([answer.status, code]).to.deep.equal([403, 'RKT_ERR_TOKEN_RIGHT']);
      expect(message).to.include(`"grafana" has the right "read", and ${method} ${path} needs "write"`);
      expect(answer.text).to.not.include(READ);
      expect(fixture.calls).to.deep.equal([]);
    });

  it('shows secrets only to a token that writes', async () => {
    const path = '/v1/tasks/web?secrets=true';
    const refused = await fixture.ask(path, { headers: bearer(READ) });
    expect([refused.status, errorOf(refused.text).code]).to.deep.equal([403, 'RKT_ERR_TOKEN_RIGHT']);
    expect(refused.text).to.not.include('hunter');
    expect((await fixture.ask(path, { headers: bearer(WRITE) })).text).to.include('hunter2');
  });

  it('says what a token permits', async () => {
    const session = async (request: object): Promise<unknown> =>
      JSON.parse((await fixture.ask('/v1/session', request)).text);
    expect(await session({ headers: bearer(READ) })).to.deep.equal({ label: 'grafana', right: 'read' });
    expect(await session({ headers: bearer(fixture.token) })).to.deep.equal({
      label: 'agent',
      right: 'write',
    });
    expect(await session({ local: true })).to.deep.equal({ right: 'write' });
  });

  it('ends the streams of a token that is revoked, with the reason, and no others', async () => {
    const gone = ['/v1/streams/events', '/v1/streams?topics=tasks,stats'].map((path) =>
      readStream(fixture.server, path, bearer(READ)),
    );
    const { headers } = await fixture.ask('/v1/session', { method: 'POST', headers: bearer(READ) });
    const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    gone.push(readStream(fixture.server, '/v1/streams/tasks', { cookie }));
    const stays = readStream(fixture.server, '/v1/streams/tasks', bearer(WRITE));
    await until('all read', () => fixture.server.stats().clients === 4);
    await save(writer);
    reload();
    await until('the streams have ended', () => gone.every((stream) => stream.isOver()));
    for (const { frames } of gone) {
      const last = frames.at(-1);
      expect(last?.event).to.equal('ended');
      expect((last?.data as { error: object }).error).to.include({
        code: 'RKT_ERR_TOKEN',
        message: 'The token "grafana" was revoked.',
      });
    }
    await until('one reads on', () => fixture.server.stats().clients === 1);
    expect(stays.isOver()).to.equal(false);
    expect((await fixture.ask('/v1/tasks', { headers: { cookie } })).status).to.equal(401);
    stays.close();
    await until('no client reads', () => fixture.server.stats().clients === 0);
  });

  it('closes the exec of a token that is revoked, with the reason, and kills the command', async () => {
    const socket = socketOf(bearer(WRITE));
    const reports: { type: string; error?: { code: string } }[] = [];
    socket.on('message', (data: Buffer) => reports.push(JSON.parse(data.toString()) as { type: string }));
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'start', cmd: ['sh'] }));
    await until('it runs', () => fixture.server.stats().clients === 1);
    const before = aborted;
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    await save(reader);
    reload();
    const [code, reason] = await closed;
    expect([code, reason.toString()]).to.deep.equal([1_008, 'The token "ci" was revoked']);
    expect(reports.find(({ type }) => type === 'failed')?.error?.code).to.equal('RKT_ERR_TOKEN');
    await until('the command was killed', () => aborted === before + 1);
  });

  it('opens no exec with a ticket of a token that was revoked since', async () => {
    const { text } = await fixture.ask(execPath('web').replace(/stream$/, 'ticket'), {
      method: 'POST',
      headers: bearer(WRITE),
    });
    const { ticket } = JSON.parse(text) as { ticket: string };
    await save(reader);
    reload();
    const socket = socketOf({}, `${TICKET_PROTOCOL}${ticket}`);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).to.equal(401);
    socket.on('error', () => undefined).terminate();
  });
});
