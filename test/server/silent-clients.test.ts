import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { openServerRig, taskNamed, type ServerRig } from '../support/server-rig.ts';
import { until } from '../support/until.ts';

describe('clients that mean no good', () => {
  const sockets: Socket[] = [];
  let rig: ServerRig;
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-silent-'));
  });
  afterEach(async () => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    await rig.close();
    rmSync(dir, { recursive: true });
  });

  const dial = async (text = '', localAddress = '127.0.0.1'): Promise<Socket> => {
    const port = Number(new URL(rig.server.url ?? '').port);
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
    for (let i = 0; i < 5; i += 1) expect((await rig.ask('/v1/health', { local })).status).to.equal(200);
  };

  for (const [what, text] of [
    ['say nothing', ''],
    ['never end their headers', 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\n'],
    [
      'never end a body',
      'POST /v1/tasks/web/stop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ],
  ] as const) {
    it(`shut nobody out when 2,100 of them ${what}`, async function () {
      this.timeout(120_000);
      rig = await openServerRig();
      await dialMany(2_100, text);
      await healthy();
      await healthy(true);
    });
  }

  it('of one address make room for those of another among themselves', async () => {
    rig = await openServerRig({ limits: { connections: 10 } });
    const other = await dial('', '127.0.0.2');
    let isCut = false;
    other.on('close', () => (isCut = true));
    await dialMany(50);
    await healthy();
    expect(isCut).to.equal(false);
  });

  it('cut off nobody who is being answered', async () => {
    rig = await openServerRig({ limits: { connections: 3 } });
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
    const openLogRig = async (limits: object, bytes = 10): Promise<void> => {
      rig = await openServerRig({ limits });
      const stdoutPath = join(dir, 'stdout');
      writeFileSync(stdoutPath, Buffer.alloc(bytes, 'x'));
      rig.tasksSubject.next([taskNamed('web', { stdoutPath })]);
    };

    it('count with the readers of streams, raise no warning, and end with the server', async () => {
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      await openLogRig({ streams: 32 });
      await dialMany(28, followed());
      await until('all follow', () => rig.server.stats().clients === 28);
      const refused = await rig.ask('/v1/tasks/web/logs?follow=true');
      expect([refused.status, refused.text.includes('RKT_ERR_AGENT_BUSY')]).to.deep.equal([503, true]);
      const stream = await rig.ask('/v1/streams?topics=events');
      expect(stream.status).to.equal(503);
      // its owner still gets in through the socket
      const own = connect({ path: join(rig.dataDir, 'agent.sock') });
      sockets.push(own);
      own.write(followed());
      await until('the owner follows', () => rig.server.stats().clients === 29);
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', note);
      expect(warnings.map(({ name }) => name)).to.deep.equal([]);
    });

    it('is over for one that takes nothing', async () => {
      await openLogRig({ heartbeatMs: 20, stallTimeoutMs: 500 }, 32 * 1024 * 1024);
      const socket = await dial();
      socket.pause();
      socket.write(followed('&tailBytes=1048576'));
      // more than what the kernel holds between the two
      const grow = setInterval(
        () => writeFileSync(join(dir, 'stdout'), Buffer.alloc(4_194_304, 'y'), { flag: 'a' }),
        20,
      );
      const isCutOff = (): boolean => rig.server.stats().cutOffClients === 1;
      await until('it is cut off', isCutOff).finally(() => clearInterval(grow));
      await until('nothing is left of it', () => rig.server.stats().clients === 0);
    });
  });
});
