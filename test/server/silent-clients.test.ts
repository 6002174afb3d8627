import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { openServerFixture, taskNamed, type ServerFixture } from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

describe('clients that mean no good', () => {
  const sockets: Socket[] = [];
  let fixture: ServerFixture;
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-silent-'));
  });
  afterEach(async () => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    await fixture.close();
    rmSync(dir, { recursive: true });
  });

  const dial = async (text = '', localAddress = '127.0.0.1'): Promise<Socket> => {
    const port = Number(new URL(fixture.server.url ?? '').port);
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    return socket;
  };
  const dialMany = async (count: number, text = ''): Promise<void> => {
    for (let done = 0; done < count; done += 100) {
      await Promise.all(Array.from({ length: Math.min(100, count - done) }, () => dial(text)));
    }
  };
  const healthy = async (local = false): Promise<void> => {
    for (let i = 0; i < 5; i += 1) expect((await fixture.ask('/v1/health', { local })).status).to.equal(200);
  };

  for (const [what, text] of [
    ['say nothing', ''],
    ['never end their headers', 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\n'],
    [
      'never end a body',
      'POST /v1/tasks/web/stop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ],
  ] as const) {
    it(`shut no one out when 2,100 of them ${what}`, async function () {
      this.timeout(120_000);
      fixture = await openServerFixture();
      await dialMany(2_100, text);
      await healthy();
      await healthy(true);
    });
  }

  it('of one address make space for those of another among themselves', async () => {
    fixture = await openServerFixture({ limits: { connections: 10 } });
    const other = await dial('', '127.0.0.2');
    let isCut = false;
    other.on('close', () => (isCut = true));
    await dialMany(50);
    await healthy();
    expect(isCut).to.equal(false);
  });

  it('cut off no one who is being answered', async () => {
    fixture = await openServerFixture({ limits: { connections: 3 } });
    const reading = await dial('GET /v1/streams?topics=events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(reading, 'data');
    let isCut = false;
    reading.on('close', () => (isCut = true));
    await dialMany(30);
    await healthy();
    expect(isCut).to.equal(false);
  });

  describe('following a log', () => {
    const followed = (more = ''): string =>
      `GET /v1/tasks/web/logs?follow=true${more} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const openLogFixture = async (limits: object, bytes = 10): Promise<void> => {
      fixture = await openServerFixture({ limits });
      const stdoutPath = join(dir, 'stdout');
      writeFileSync(stdoutPath, Buffer.alloc(bytes, 'x'));
      fixture.tasksSubject.next([taskNamed('web', { stdoutPath })]);
    };

    it('count with the readers of streams, raise no warning, and end with the server', async () => {
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      await openLogFixture({ streams: 32 });
      await dialMany(28, followed());
      await until('all follow', () => fixture.server.stats().clients === 28);
      const refused = await fixture.ask('/v1/tasks/web/logs?follow=true');
      expect([refused.status, refused.text.includes('RKT_ERR_AGENT_BUSY')]).to.deep.equal([503, true]);
      const stream = await fixture.ask('/v1/streams?topics=events');
      expect(stream.status).to.equal(503);
      // its owner still gets in through the socket
      const own = connect({ path: join(fixture.dataDir, 'agent.sock') });
      sockets.push(own);
      own.write(followed());
      await until('the owner follows', () => fixture.server.stats().clients === 29);
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', note);
      expect(warnings.map(({ name }) => name)).to.deep.equal([]);
    });

    it('is over for one that takes nothing', async () => {
      await openLogFixture({ heartbeatMs: 20, stallTimeoutMs: 500 }, 32 * 1024 * 1024);
      const socket = await dial();
      socket.pause();
      socket.write(followed('&tailBytes=1048576'));
      // more than what the kernel holds between the two
      const grow = setInterval(
        () => writeFileSync(join(dir, 'stdout'), Buffer.alloc(4_194_304, 'y'), { flag: 'a' }),
        20,
      );
      const isCutOff = (): boolean => fixture.server.stats().cutOffClients === 1;
      await until('it is cut off', isCutOff).finally(() => clearInterval(grow));
      await until('nothing is left of it', () => fixture.server.stats().clients === 0);
    });
  });
});
