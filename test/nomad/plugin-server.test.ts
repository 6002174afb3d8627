import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { credentials, status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { expect } from 'chai';

import { silentLogger } from '../../src/model/logger.ts';
import type { Invitation } from '../../src/nomad/handshake.ts';
import { startPluginServer, type PluginServer } from '../../src/nomad/plugin-server.ts';
import { HOST_CERT, HOST_KEY } from '../support/host-certificate.ts';
import { connectPlugin, type PluginClient } from '../support/plugin-client.ts';
import { until } from '../support/until.ts';

interface Answer {
  (error: null, response: object): void;
}
interface Call {
  readonly request: { readonly task_id: string; readonly msgpack_config: Buffer };
  write(message: object): void;
  on(event: 'cancelled', listener: () => void): void;
}

const INVITATION: Invitation = { appProtocol: 2, knowsMultiplexing: false, warnings: [] };

/** A driver that only keeps count. */
function countingServices() {
  const seen = { bytes: 0, streams: 0, shutdowns: 0 };
  const base = {
    SetConfig: ({ request }: Call, answer: Answer) => {
      seen.bytes = request.msgpack_config.length;
      answer(null, {});
    },
  };
  const driver = {
    TaskEvents: (call: Call) => {
      seen.streams += 1;
      call.on('cancelled', () => (seen.streams -= 1));
      call.write({ task_id: 'a', message: 'x'.repeat(5 * 2 ** 20) });
    },
    WaitTask: ({ request }: Call, answer: Answer) => answer(null, { err: request.task_id }),
  };
  return { seen, base, driver } as unknown as {
    readonly seen: typeof seen;
    readonly base: UntypedServiceImplementation;
    readonly driver: UntypedServiceImplementation;
  };
}

describe('startPluginServer', () => {
  let directory = '';
  let server: PluginServer;
  let client: PluginClient;
  let services: ReturnType<typeof countingServices>;
  let loading: Promise<ReturnType<typeof countingServices>>;

  const start = async (more: Partial<Invitation> = {}): Promise<void> => {
    services = countingServices();
    loading = Promise.resolve(services);
    server = await startPluginServer({
      invitation: { ...INVITATION, socketDir: directory, ...more },
      logger: silentLogger,
      services: () => loading,
      onShutdown: () => (services.seen.shutdowns += 1),
    });
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-server-'));
  });
  after(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    await start();
    client = connectPlugin(server.socket);
  });
  afterEach(() => {
    client.close();
    server.close();
  });

  it('says where it listens, when it listens', async () => {
    expect(server.handshake).to.equal(`1|2|unix|${server.socket}|grpc|\n`);
    expect((await stat(server.socket)).mode & 0o777).to.equal(0o600);
  });

  it('is healthy as the service plugin and as a whole, and knows no other', async () => {
    for (const service of ['plugin', '']) {
      expect(await client.health.unary('Check', { service })).to.deep.equal({ status: 'SERVING' });
    }
    const error: unknown = await client.health.unary('Check', { service: 'x' }).catch((e: unknown) => e);
    expect(error).to.include({ code: status.NOT_FOUND });
  });

  it('says once to a watcher of its health how it is, and stays on the line', async () => {
    const [plugin, other] = ['plugin', 'x'].map((service) => client.health.stream('Watch', { service }));
    expect(await plugin!.next()).to.deep.equal({ status: 'SERVING' });
    expect(await other!.next()).to.deep.equal({ status: 'SERVICE_UNKNOWN' });
    plugin!.cancel();
    other!.cancel();
  });

  it('ends the broker stream when the host does', async () => {
    const broker = client.broker.duplex('StartStream');
    broker.write({ service_id: 1, network: 'unix', address: '/x' });
    broker.end();
    expect(await broker.ended).to.include({ code: status.OK });
  });

  it('keeps the stdio stream open, with nothing in it', async () => {
    const stdio = client.stdio.stream('StreamStdio', {});
    await client.health.unary('Check', {});
    stdio.cancel();
    expect(await stdio.ended).to.include({ code: status.CANCELLED });
  });

  it('answers Shutdown, reports of it, and has no answer for the driver any more', async () => {
    expect(await client.controller.unary('Shutdown', {})).to.deep.equal({});
    expect(services.seen.shutdowns).to.equal(1);
    const error: unknown = await client.driver.unary('WaitTask', { task_id: 'a' }).catch((e: unknown) => e);
    expect(error).to.include({ code: status.UNAVAILABLE });
    expect(await client.controller.unary('Shutdown', {})).to.deep.equal({});
  });

  it('lets a call wait for a driver that is not loaded yet', async () => {
    let load: (loaded: typeof services) => void = () => undefined;
    loading = new Promise((resolve) => (load = resolve));
    const answer = client.driver.unary('WaitTask', { task_id: 'web' });
    const cancelled = client.driver.stream('TaskEvents', {});
    await client.health.unary('Check', {});
    cancelled.cancel();
    await cancelled.ended;
    load(services);
    expect(await answer).to.include({ err: 'web' });
    expect(services.seen.streams).to.equal(0);
  });

  it('answers with the reason when the driver cannot be loaded, and without one when it lacks a method', async () => {
    loading = Promise.reject(new Error('no rkt'));
    loading.catch(() => undefined);
    const failures: readonly unknown[] = [
      await client.driver.unary('WaitTask', {}).catch((e: unknown) => e),
      await client.driver.stream('Fingerprint', {}).ended,
    ];
    failures.forEach((failure) => expect(failure).to.include({ code: status.UNKNOWN, details: 'no rkt' }));
    loading = Promise.resolve(services);
    expect(await client.driver.stream('Fingerprint', {}).ended).to.include({ code: status.UNIMPLEMENTED });
  });

  it('takes and gives messages beyond the usual limit of 4 MiB', async () => {
    await client.base.unary('SetConfig', { msgpack_config: Buffer.alloc(20 * 2 ** 20) });
    expect(services.seen.bytes).to.equal(20 * 2 ** 20);
    const events = client.driver.stream('TaskEvents', {});
    expect((await events.next()).message).to.have.length(5 * 2 ** 20);
    events.cancel();
    await until('the stream is freed', () => services.seen.streams === 0);
  });

  it('answers an error for bytes that are no message, and for a method that there is not', async () => {
    const wait = '/hashicorp.nomad.plugins.drivers.proto.Driver/WaitTask';
    expect(await client.raw(wait, Buffer.from([0x0a, 0xff]))).to.include({ code: status.INTERNAL });
    expect(await client.raw('/x.Y/Z', Buffer.alloc(0))).to.include({ code: status.UNIMPLEMENTED });
    expect(await client.driver.unary('WaitTask', { task_id: 'a' })).to.include({ err: 'a' });
  });

  it('outlives a peer that does not speak HTTP/2', async () => {
    const peer = createConnection(server.socket);
    peer.resume().write('GET / HTTP/1.0\r\n\r\n'.repeat(10));
    await new Promise((resolve) => peer.on('error', () => undefined).on('close', resolve));
    expect(await client.health.unary('Check', {})).to.deep.equal({ status: 'SERVING' });
  });

  it('serves several hosts at once, and the next one when a host has left', async () => {
    const second = connectPlugin(server.socket);
    expect(await second.driver.unary('WaitTask', { task_id: 'b' })).to.include({ err: 'b' });
    client.close();
    expect(await second.driver.unary('WaitTask', { task_id: 'c' })).to.include({ err: 'c' });
    second.close();
    const third = connectPlugin(server.socket);
    expect(await third.driver.unary('WaitTask', { task_id: 'd' })).to.include({ err: 'd' });
    third.close();
  });

  it('takes its socket away with it', () => {
    server.close();
    expect(existsSync(server.socket)).to.equal(false);
    server.close();
  });

  it('leaves no socket behind when it cannot start', async () => {
    server.close();
    const failed: unknown = await start({ socketGroup: 'no such group' }).catch((error: unknown) => error);
    expect(String(failed)).to.include('no such group');
    expect(await start({ socketDir: join(directory, 'none') }).catch(String)).to.include('none');
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('speaks TLS with the host whose certificate it got, and with no one else', async () => {
    server.close();
    await start({ clientCert: HOST_CERT });
    const der = Buffer.from(server.handshake.trimEnd().split('|')[5]!, 'base64');
    const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const host = connectPlugin(
      server.socket,
      credentials.createSsl(Buffer.from(pem), Buffer.from(HOST_KEY), Buffer.from(HOST_CERT)),
    );
    expect(await host.health.unary('Check', {})).to.deep.equal({ status: 'SERVING' });
    host.close();
    for (const stranger of [undefined, credentials.createSsl(Buffer.from(pem))]) {
      const other = connectPlugin(server.socket, stranger);
      const error: unknown = await other.health.unary('Check', {}).catch((e: unknown) => e);
      expect(error).to.include({ code: status.UNAVAILABLE });
      other.close();
    }
  });
});
