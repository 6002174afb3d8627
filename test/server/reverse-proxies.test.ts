import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { expect } from 'chai';

import { createRemoteDriver } from '../../src/drivers/remote/index.ts';
import { tokenHash, tokensText } from '../../src/server/tokens/tokens-file.ts';
import { HOST_CERT } from '../support/host-certificate.ts';
import { requires } from '../support/requirements.ts';
import { PASSWORD, startCaddy, startNginx, type ReverseProxy } from '../support/reverse-proxy.ts';
import { eventOf, openServerFixture, type ServerFixture } from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

const READ = 'r'.repeat(43);

for (const [name, start] of [
  ['nginx', startNginx],
  ['caddy', startCaddy],
] as const)
  describe(`an agent behind ${name}, below a path`, function () {
    this.timeout(60_000);
    let directory = '';
    let opened: ServerFixture | undefined;
    let fixture: ServerFixture;
    let proxy: ReverseProxy | undefined;

    before(async function () {
      requires(this, 'root', name);
      directory = await mkdtemp(join(tmpdir(), 'rkt-streams-proxy-'));
      const tokens = [{ label: 'readers', right: 'read', sha256: tokenHash(READ) }] as const;
      await writeFile(join(directory, 'agent-tokens.json'), tokensText(tokens), { mode: 0o600 });
      fixture = await openServerFixture({
        dataDir: directory,
        dashboard: true,
        requireToken: true,
        allowedHosts: ['rkt.example.com'],
        execTaskStreaming: async (_id, { stdin, stdout }) => {
          stdout?.write(`got ${await text(stdin ?? new PassThrough())}`);
          return { exitCode: 3 };
        },
      });
      opened = fixture;
      const agentPort = Number(new URL(fixture.server.url ?? '').port);
      proxy = await start({ directory, agentPort, readToken: READ });
    });
    after(async () => {
      await proxy?.stop();
      await opened?.close();
      if (directory !== '') await rm(directory, { recursive: true, force: true });
    });

    type Headers = Readonly<Record<string, string>>;
    const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
    const ask = async (path: string, headers: Headers = {}, method = 'GET'): Promise<IncomingMessage> => {
      const url = new URL(path, proxy?.origin);
      const sent = request(url, { method, headers, ca: HOST_CERT, agent: false }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return response;
    };
    const statusOf = async (...request: Parameters<typeof ask>): Promise<number | undefined> => {
      const response = await ask(...request);
      response.resume();
      return response.statusCode;
    };

    it('is healthy, and demands a token with the right', async () => {
      expect(await statusOf('/rkt/v1/health')).to.equal(200);
      expect(await statusOf('/rkt/v1/tasks')).to.equal(401);
      expect(await statusOf('/rkt/v1/tasks', bearer(READ))).to.equal(200);
      expect(await statusOf('/rkt/metrics', bearer('x'.repeat(43)))).to.equal(401);
      expect(await statusOf('/rkt/v1/tasks/web', bearer(READ), 'DELETE')).to.equal(403);
      expect(await statusOf('/rkt/v1/tasks/web', bearer(fixture.token), 'DELETE')).to.equal(204);
      expect(await statusOf('/rkt/v1/tasks', { ...bearer(READ), origin: 'https://evil.example' })).to.equal(
        403,
      );
      expect(await statusOf('/rkt/v1/tasks', { ...bearer(READ), origin: proxy?.origin ?? '' })).to.equal(200);
    });

    it('serves the page with all its files below that path', async () => {
      const moved = await ask('/rkt');
      moved.resume();
      expect([moved.statusCode, new URL(moved.headers.location ?? '', proxy?.origin).pathname]).to.deep.equal(
        [308, '/rkt/'],
      );
      const html = await text(await ask('/rkt/'));
      const base = /<base href="([^"]+)"/.exec(html)?.[1] ?? '';
      const files = [...html.matchAll(/(?:href|src)="(assets\/[^"]+)"/g)].map(
        ([, file]) => new URL(file ?? '', new URL(base, `${proxy?.origin}/rkt/`)).pathname,
      );
      expect(files.length).to.be.above(3);
      for (const file of files) {
        expect(file).to.match(/^\/rkt\/assets\//);
        expect(await statusOf(file), file).to.equal(200);
      }
    });

    it('gives a browser a cookie for that path alone, over HTTPS alone', async () => {
      const session = await ask('/rkt/v1/session', bearer(READ), 'POST');
      session.resume();
      const [set = ''] = session.headers['set-cookie'] ?? [];
      expect(set)
        .to.match(/; Secure/)
        .and.not.match(/; Path=/i);
      expect(await statusOf('/rkt/v1/tasks', { cookie: set.split(';')[0] ?? '' })).to.equal(200);
    });

    it('delivers an event when it happens', async () => {
      const stream = await ask('/rkt/v1/streams/events', bearer(READ));
      let got = '';
      stream.setEncoding('utf8').on('data', (more: string) => (got += more));
      stream.on('error', () => undefined);
      await until('the stream has begun', () => got.includes('retry:'));
      fixture.eventsSubject.next(eventOf('web', 'through the proxy'));
      await until('the event has come', () => got.includes('through the proxy'));
      expect(stream.complete).to.equal(false);
      stream.destroy();
    });

    it('runs a command over a WebSocket', async () => {
      const url = `${proxy?.origin}/rkt/`;
      const driver = createRemoteDriver({ url, token: fixture.token, ca: HOST_CERT });
      const stdin = new PassThrough();
      const stdout = new PassThrough();
      stdin.end('input');
      const run = driver.execTaskStreaming('web', { cmd: ['cat'], tty: false, stdin, stdout });
      const { exitCode } = await run;
      expect([exitCode, String(stdout.read())]).to.deep.equal([3, 'got input']);
      await driver.shutdown();
    });

    it('lets users with a password read, and do nothing else', async () => {
      const basic = (password: string): Headers => ({
        authorization: `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`,
      });
      expect(await statusOf('/rkt-readers/v1/tasks')).to.equal(401);
      expect(await statusOf('/rkt-readers/v1/tasks', basic('wrong'))).to.equal(401);
      expect(await statusOf('/rkt-readers/v1/tasks', basic(PASSWORD))).to.equal(200);
      expect(await statusOf('/rkt-readers/v1/tasks/web', basic(PASSWORD), 'DELETE')).to.equal(403);
    });
  });
