import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { expect } from 'chai';

import { openServerFixture, readStream, type ServerFixture } from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the guard of the server', () => {
  let fixture: ServerFixture;
  let bearer: Readonly<Record<string, string>>;

  before(async () => {
    fixture = await openServerFixture({
      limits: { headersTimeoutMs: 300, heartbeatMs: 50, stallTimeoutMs: 200 },
    });
    bearer = { authorization: `Bearer ${fixture.token}`, ...JSON_TYPE };
  });
  after(() => fixture.close());
  afterEach(async () => {
    expect((await fixture.ask('/v1/health')).status).to.equal(200);
    fixture.calls.length = 0;
  });

  const errorOf = (text: string): { code: string; message: string; remedy: string } =>
    (JSON.parse(text) as { error: { code: string; message: string; remedy: string } }).error;

  it('lets anybody read on loopback', async () => {
    expect((await fixture.ask('/v1/tasks')).status).to.equal(200);
  });

  const writes: readonly (readonly [string, string])[] = [
    ['POST', '/v1/tasks'],
    ['POST', '/v1/tasks/web/stop'],
    ['POST', '/v1/tasks/web/signal'],
    ['POST', '/v1/tasks/web/exec'],
    ['DELETE', '/v1/tasks/web'],
  ];
  for (const [method, path] of writes) {
    it(`refuses ${method} ${path} without a token, with a wrong one and with half a one`, async () => {
      for (const authorization of [
        undefined,
        'Bearer wrong',
        `Bearer ${fixture.token.slice(0, 20)}`,
        `Basic ${fixture.token}`,
      ]) {
        const headers = { ...JSON_TYPE, ...(authorization === undefined ? {} : { authorization }) };
        const answer = await fixture.ask(path, { method, headers, body: '{}' });
        expect(answer.status).to.equal(401);
        expect(answer.headers['www-authenticate']).to.include('Bearer');
        expect(errorOf(answer.text).code).to.equal('RKT_ERR_TOKEN');
        expect(answer.text).to.not.include(fixture.token);
      }
      expect(fixture.calls).to.deep.equal([]);
    });
  }

  it('gives who has the token a cookie that reads, and does nothing else', async () => {
    fixture.server.reload({ requireToken: true });
    const answer = await fixture.ask('/v1/session', { method: 'POST', headers: bearer });
    const [set = ''] = answer.headers['set-cookie'] ?? [];
    expect(answer.status).to.equal(204);
    // Without a path, a browser sends it below /v1/ alone, and below that of a proxy.
    expect(set).to.match(/^[^;]+; HttpOnly; SameSite=Strict$/);
    expect(set).to.not.include(fixture.token);
    const cookie = set.split(';')[0] ?? '';
    const status = async (headers: Record<string, string>, path = '/v1/tasks') =>
      (await fixture.ask(path, { headers })).status;
    expect(await status({ cookie })).to.equal(200);
    expect(await status({ cookie: `${cookie.slice(0, -3)}xyz` })).to.equal(401);
    expect((await fixture.ask('/v1/tasks/web', { headers: { cookie } })).text).to.not.include('hunter2');
    const stop = await fixture.ask('/v1/tasks/web/stop', {
      method: 'POST',
      headers: { ...JSON_TYPE, cookie },
      body: '{}',
    });
    expect([stop.status, fixture.calls]).to.deep.equal([401, []]);
    const end = await fixture.ask('/v1/session', { method: 'DELETE', headers: bearer });
    expect(end.headers['set-cookie']?.[0]).to.match(/Max-Age=0/);
    fixture.server.reload({});
  });

  it('refuses a read with a wrong token', async () => {
    expect((await fixture.ask('/v1/tasks', { headers: { authorization: 'Bearer wrong' } })).status).to.equal(
      401,
    );
  });

  it('lets a write with the token through, and one over the socket', async () => {
    const body = '{"signal":"SIGTERM"}';
    const signal = { method: 'POST', body };
    expect((await fixture.ask('/v1/tasks/web/signal', { ...signal, headers: bearer })).status).to.equal(204);
    const local = { ...signal, headers: JSON_TYPE, local: true };
    expect((await fixture.ask('/v1/tasks/job%2Fa%20b/signal', local)).status).to.equal(204);
    expect(fixture.calls).to.deep.equal([
      ['signal', 'web', 'SIGTERM'],
      ['signal', 'job/a b', 'SIGTERM'],
    ]);
  });

  for (const host of ['evil.example', 'evil.example:9477', '127.0.0.1.evil.example', 'localhost@evil']) {
    it(`refuses the host ${JSON.stringify(host)}`, async () => {
      const answer = await fixture.ask('/v1/tasks', { headers: { host } });
      expect([400, 403]).to.include(answer.status);
    });
  }

  for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:80', '[::1]:9477']) {
    it(`answers as ${host}`, async () => {
      expect((await fixture.ask('/v1/tasks', { headers: { host } })).status).to.equal(200);
    });
  }

  it('answers under a host that is allowed, until a reload takes it away', async () => {
    const asked = { headers: { host: 'box.example:9477' } };
    fixture.server.reload({ allowedHosts: ['box.example'] });
    expect((await fixture.ask('/v1/tasks', asked)).status).to.equal(200);
    fixture.server.reload({});
    expect((await fixture.ask('/v1/tasks', asked)).status).to.equal(403);
  });

  it('refuses a page from elsewhere, even with the token', async () => {
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
      const headers = { ...bearer, origin };
      const answer = await fixture.ask('/v1/tasks/web/stop', { method: 'POST', headers, body: '{}' });
      expect(answer.status).to.equal(403);
      expect(errorOf(answer.text).code).to.equal('RKT_ERR_FORBIDDEN');
      expect((await fixture.ask('/v1/streams/tasks', { headers: { origin } })).status).to.equal(403);
    }
    const crossSite = { headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await fixture.ask('/v1/tasks', crossSite)).status).to.equal(403);
  });

  it('serves its own page', async () => {
    const host = new URL(fixture.server.url ?? '').host;
    const headers = { ...bearer, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    const answer = await fixture.ask('/v1/tasks/web/stop', { method: 'POST', headers, body: '{}' });
    expect(answer.status).to.equal(204);
  });

  it('demands the token for reads as well when reported to; health stays open', async () => {
    fixture.server.reload({ requireToken: true });
    expect((await fixture.ask('/v1/tasks')).status).to.equal(401);
    expect((await fixture.ask('/v1/streams/events')).status).to.equal(401);
    expect((await fixture.ask('/v1/health')).status).to.equal(200);
    expect((await fixture.ask('/v1/tasks', { headers: bearer })).status).to.equal(200);
    expect((await fixture.ask('/v1/tasks', { local: true })).status).to.equal(200);
    fixture.server.reload({});
  });

  it('shows secrets of a task only to those with the token who ask for them', async () => {
    for (const request of [{}, { headers: bearer }, { local: true }]) {
      expect((await fixture.ask('/v1/tasks/web', request)).text)
        .to.include('"SECRET":"…"')
        .and.include('"GPU":"…"')
        .and.include('"args":["…"]')
        .and.to.not.match(/hunter2|hunter3|hunter4/);
    }
    expect((await fixture.ask('/v1/tasks/web?secrets=true')).status).to.equal(401);
    for (const request of [{ headers: bearer }, { local: true }]) {
      expect((await fixture.ask('/v1/tasks/web?secrets=true', request)).text)
        .to.include('hunter2')
        .and.include('hunter3')
        .and.include('hunter4');
    }
  });

  it('refuses a body that is too large, before it is read', async () => {
    const headers = { ...bearer, 'content-length': String(2 ** 30), expect: '100-continue' };
    const answer = await fixture.ask('/v1/tasks', { method: 'POST', headers });
    expect(answer.status).to.equal(413);
    const real = await fixture.ask('/v1/tasks', {
      method: 'POST',
      headers: bearer,
      body: Buffer.alloc(1_048_577, 32),
    });
    expect(real.status).to.equal(413);
  });

  it('refuses a body of unknown length', async () => {
    const headers = { ...bearer, 'transfer-encoding': 'chunked' };
    expect((await fixture.ask('/v1/tasks', { method: 'POST', headers })).status).to.equal(411);
  });

  it('refuses what is not JSON', async () => {
    const headers = { ...bearer, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fixture.ask('/v1/tasks', { method: 'POST', headers, body: 'id=web' });
    expect(answer.status).to.equal(415);
  });

  for (const body of ['{', '[]', 'null', '"x"', '\0', '{"id":7}', '{}', '['.repeat(100_000)]) {
    it(`refuses the body ${JSON.stringify(body.slice(0, 10))}`, async () => {
      const answer = await fixture.ask('/v1/tasks', { method: 'POST', headers: bearer, body });
      expect(answer.status).to.equal(400);
      expect(errorOf(answer.text).code).to.match(/^RKT_ERR_/);
      expect(fixture.calls).to.deep.equal([]);
    });
  }

  for (const path of [
    '/v1/tasks/..%2f..%2f..%2fetc%2fpasswd/logs',
    '/v1/tasks/%2e%2e%2f%2e%2e%2fetc%2fpasswd/logs',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..\\..\\package.json',
    '/../../../etc/passwd',
    '/v1//tasks',
    '//etc/passwd',
    '/%00',
    '/v1/tasks/%ff%fe',
    '/v1/tasks/%',
  ]) {
    it(`finds nothing at ${path}`, async () => {
      const answer = await fixture.ask(path);
      expect([400, 404]).to.include(answer.status);
      expect(answer.text).to.not.include('root:').and.to.not.include('"version"');
    });
  }

  it('answers a long line and nonsense without going down', async () => {
    const { status } = await fixture.ask(`/v1/tasks?${'x'.repeat(20_000)}`);
    expect(status).to.equal(431);
    const socket = connectTo(fixture);
    socket.end('\x16\x03\x01 not http\r\n\r\n');
    await once(socket.resume(), 'close');
  });

  it('reports its safety headers with every answer', async () => {
    for (const path of ['/v1/tasks', '/v1/nothing']) {
      const { headers } = await fixture.ask(path);
      expect(headers).to.include({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'",
        'cache-control': 'no-store',
      });
      expect(headers['access-control-allow-origin']).to.equal(undefined);
    }
  });

  it('goes on under 1,000 idle connections, and closes them', async () => {
    const sockets = Array.from({ length: 1_000 }, () => connectTo(fixture));
    let closed = 0;
    sockets.forEach((socket) => socket.resume().on('close', () => (closed += 1)));
    await until('all are connected', () => sockets.every(({ connecting }) => !connecting));
    expect((await fixture.ask('/v1/tasks')).status).to.equal(200);
    expect((await fixture.ask('/v1/tasks', { local: true })).status).to.equal(200);
    await until('all are closed', () => closed === sockets.length);
  });

  it('cuts off a reader of a stream who takes nothing, and serves the others', async () => {
    const slow = connectTo(fixture);
    const quick = readStream(fixture.server, '/v1/streams/stats');
    slow.write('GET /v1/streams/stats HTTP/1.1\r\nHost: localhost\r\n\r\n');
    slow.pause();
    await until('both read', () => fixture.server.stats().clients === 2);
    const usage = { timestampMs: 1, source: 'cgroup-v1', cpu: {}, memory: {} } as const;
    const samples = Array.from({ length: 5_000 }, (_, index) => ({ taskId: `task-${index}`, usage }));
    const { cutOffClients } = fixture.server.stats();
    const pump = setInterval(() => fixture.statsSubject.next(samples), 5);
    await until('the slow one is cut off', () => fixture.server.stats().cutOffClients > cutOffClients);
    clearInterval(pump);
    const seen = quick.frames.length;
    fixture.statsSubject.next([]);
    await until('the quick one reads on', () => quick.frames.length > seen);
    expect(fixture.server.stats().droppedFrames).to.be.above(0);
    quick.close();
    slow.destroy();
    await until('no client reads', () => fixture.server.stats().clients === 0);
  });
});

function connectTo({ server }: ServerFixture): Socket {
  const { hostname, port } = new URL(server.url ?? '');
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  return socket;
}
