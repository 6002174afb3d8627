import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { serve } from '@hono/node-server';
import { expect } from 'chai';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { mount } from 'hono/mount';

import type { Server } from '../../src/server/index.ts';
import {
  ask,
  eventOf,
  openServerFixture,
  readStream,
  type ServerFixture,
} from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

interface Mounted {
  readonly url: string;
  readonly socketPath: undefined;
  readonly close: () => Promise<unknown>;
}

async function listening(server: HttpServer): Promise<Mounted> {
  if (!server.listening) await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    socketPath: undefined,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Each passes requests below `/rkt` on, in the way of its documentation. */
const HOSTS: Readonly<Record<string, (server: Server) => Promise<Mounted>>> = {
  hono(server) {
    const app = new Hono();
    app.all('/rkt/*', mount(server.fetch));
    return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as HttpServer);
  },
  'hono that leaves the path whole'(server) {
    const app = new Hono();
    app.all('/rkt/*', (c) => server.fetch(c.req.raw));
    return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as HttpServer);
  },
  express(server) {
    const app = express();
    app.use('/rkt', server.handler);
    return listening(app.listen(0, '127.0.0.1'));
  },
  async fastify(server) {
    const app = fastify();
    await app.register((below) => {
      // The body is left to the handler.
      below.removeAllContentTypeParsers();
      below.addContentTypeParser('*', (_request, _body, done) => done(null));
      below.all('/rkt/*', (request, reply) => {
        reply.hijack();
        server.handler(request.raw, reply.raw);
      });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { ...(await listening(app.server)), close: () => app.close() };
  },
  'node:http'(server) {
    return listening(createHttpServer(server.handler).listen(0, '127.0.0.1'));
  },
};

for (const [name, mountIn] of Object.entries(HOSTS))
  describe(`a server that is mounted in ${name}`, () => {
    let fixture: ServerFixture;
    let host: Mounted;
    before(async () => {
      const nowhere = { listen: false, socketPath: false } as const;
      fixture = await openServerFixture({ ...nowhere, dashboard: true, basePath: '/rkt' });
      host = await mountIn(fixture.server);
    });
    after(async () => {
      await fixture.close();
      await host.close();
    });
    const bearer = (): Readonly<Record<string, string>> => ({ authorization: `Bearer ${fixture.token}` });

    it('listens nowhere itself', () => {
      expect([fixture.server.url, fixture.server.socketPath]).to.deep.equal([undefined, undefined]);
    });

    it('answers with the token, and not without', async () => {
      const { status, text } = await ask(host, '/rkt/v1/tasks', { headers: bearer() });
      const { tasks } = JSON.parse(text) as { readonly tasks: readonly { readonly id: string }[] };
      expect([status, tasks.map(({ id }) => id)]).to.deep.equal([200, ['web', 'job/a b']]);
      expect((await ask(host, '/rkt/v1/tasks')).status).to.equal(401);
      expect((await ask(host, '/rkt/v1/health')).status).to.equal(200);
    });

    it('takes a body, and ids with slashes', async () => {
      const headers = { ...bearer(), 'content-type': 'application/json' };
      const body = JSON.stringify({ signal: 'SIGHUP' });
      const answer = await ask(host, '/rkt/v1/tasks/job%2Fa%20b/signal', { method: 'POST', headers, body });
      expect([answer.status, fixture.calls.at(-1)], answer.text).to.deep.equal([
        204,
        ['signal', 'job/a b', 'SIGHUP'],
      ]);
    });

    it('streams, until the client leaves', async () => {
      const reader = readStream(host, '/rkt/v1/streams?topics=events', bearer());
      await until('it is read', () => fixture.server.stats().clients === 1);
      fixture.eventsSubject.next(eventOf('web', 'streamed'));
      await until('the event is there', () => reader.raw().includes('"message":"streamed"'));
      reader.close();
      await until('it has left', () => fixture.server.stats().clients === 0);
    });

    it('serves the page with addresses below its path, and the reference of the API', async () => {
      const page = await ask(host, '/rkt/');
      expect(page.text)
        .to.contain('<base href="/rkt/" />')
        .and.not.match(/(?:src|href)="\/(?!rkt\/")/);
      const script = /src="(assets\/main[^"]*)"/.exec(page.text)?.[1] ?? '';
      expect((await ask(host, `/rkt/${script}`)).headers['content-type']).to.contain('text/javascript');
      const { status, text } = await ask(host, '/rkt/docs');
      expect(status).to.equal(200);
      expect(text).to.contain('POST /rkt/v1/tasks/{id}/exec').and.contain('execTask');
      expect((await ask(host, '/rkt/docs/api-reference.css')).status).to.equal(200);
    });

    it('refuses pages of other sites', async () => {
      const headers = { ...bearer(), origin: 'https://elsewhere.example' };
      expect((await ask(host, '/rkt/v1/tasks', { headers })).status).to.equal(403);
    });
  });

describe('a mounted server', () => {
  const request = (server: Server, path: string, headers = {}): Promise<Response> =>
    server.fetch(new Request(`http://own.example${path}`, { headers: { host: 'own.example', ...headers } }));
  const open = (more: object): Promise<ServerFixture> =>
    openServerFixture({ listen: false, socketPath: false, ...more });

  it('needs no token for reads when that is said', async () => {
    const fixture = await open({ requireToken: false });
    expect((await request(fixture.server, '/v1/tasks')).status).to.equal(200);
    await fixture.close();
  });

  it('checks the host when there are allowed ones', async () => {
    const fixture = await open({ requireToken: false, allowedHosts: ['other.example'] });
    expect((await request(fixture.server, '/v1/tasks')).status).to.equal(403);
    expect((await request(fixture.server, '/v1/tasks', { host: 'other.example' })).status).to.equal(200);
    await fixture.close();
  });

  it('ends its streams when it is closed', async () => {
    const fixture = await open({ requireToken: false });
    const { body } = await request(fixture.server, '/v1/streams?topics=events');
    const reader = body?.getReader();
    await reader?.read();
    await fixture.close();
    let last = await reader?.read();
    while (last?.done === false) last = await reader?.read();
    expect(last?.done).to.equal(true);
  });

  it('cuts off a client that does not read', async () => {
    const limits = { heartbeatMs: 20, stallTimeoutMs: 50 };
    const fixture = await open({ requireToken: false, limits });
    const { body } = await request(fixture.server, '/v1/streams?topics=events');
    const reader = body?.getReader();
    await reader?.read();
    for (let n = 0; n < 200; n += 1) fixture.eventsSubject.next(eventOf('web', 'x'.repeat(1_000)));
    await until('it is cut off', () => fixture.server.stats().cutOffClients === 1);
    await until('it is gone', () => fixture.server.stats().clients === 0);
    await reader?.cancel().catch(() => undefined);
    await fixture.close();
  });

  for (const basePath of ['rkt', '/rkt?x', '/a//b', '/ü'])
    it(`refuses ${basePath} as a path`, async () => {
      const refused = await open({ basePath }).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      expect(refused).to.contain(`basePath: ${JSON.stringify(basePath)} is not a path`);
    });
});
