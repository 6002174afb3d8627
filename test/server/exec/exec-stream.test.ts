import { once } from 'node:events';
import { request } from 'node:http';
import { PassThrough, type Writable } from 'node:stream';

import { expect } from 'chai';
import { WebSocket } from 'ws';

import type { ExecResult, ExecStreamingOptions } from '../../../src/index.ts';
import {
  EXEC_PROTOCOL,
  TICKET_PROTOCOL,
  WINDOW_BYTES,
  execPath,
  streamMessage,
} from '../../../src/model/exec-protocol.ts';
import { RktError } from '../../../src/model/rkt-error.ts';
import { openServerFixture, type ServerFixture } from '../../support/server-fixture.ts';
import { until } from '../../support/until.ts';

/** An exec that has reached the driver. */
interface Running {
  readonly taskId: string;
  readonly options: ExecStreamingOptions;
  readonly end: (result: ExecResult) => void;
  readonly fail: (error: Error) => void;
}

/** A client of the test, with what came. */
interface Client {
  readonly socket: WebSocket;
  readonly reports: Record<string, unknown>[];
  readonly bytes: () => number;
  readonly closed: Promise<number>;
}

describe('an exec over a WebSocket', () => {
  let fixture: ServerFixture;
  let running: Running[];
  const open = async (options: Parameters<typeof openServerFixture>[0] = {}): Promise<void> => {
    running = [];
    fixture = await openServerFixture({
      ...options,
      execTaskStreaming: (taskId, exec) =>
        new Promise((end, fail) => {
          if (taskId === 'none') throw new RktError('RKT_ERR_TASK_NOT_FOUND', 'no such task', { taskId });
          exec.signal?.addEventListener('abort', () => end({ exitCode: 137, signal: 9 }));
          running.push({ taskId, options: exec, end, fail });
        }),
    });
  };
  beforeEach(() => open());
  afterEach(() => fixture.close());

  const authorization = (): Record<string, string> => ({ authorization: `Bearer ${fixture.token}` });
  /** The status of a refusal, or `open`. */
  const attempt = (
    headers: Readonly<Record<string, string>>,
    { id = 'web', protocols = [EXEC_PROTOCOL] }: { id?: string; protocols?: string[] } = {},
  ): Promise<{ readonly status: number | 'open'; readonly body: string }> => {
    const url = `${fixture.server.url ?? ''}${execPath(id)}`.replace('http', 'ws');
    const socket = new WebSocket(url, protocols, { headers });
    return new Promise((resolve, reject) => {
      socket.on('open', () => {
        socket.terminate();
        resolve({ status: 'open', body: '' });
      });
      socket.on('unexpected-response', (_, response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      socket.on('error', reject);
    });
  };
  const connect = async (id = 'web'): Promise<Client> => {
    const url = `${fixture.server.url ?? ''}${execPath(id)}`.replace('http', 'ws');
    const socket = new WebSocket(url, [EXEC_PROTOCOL], { headers: authorization() });
    const reports: Record<string, unknown>[] = [];
    let bytes = 0;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) bytes += data.length - 1;
      else reports.push(JSON.parse(data.toString()) as Record<string, unknown>);
    });
    const closed = once(socket, 'close').then(([code]) => code as number);
    await once(socket, 'open');
    return { socket, reports, bytes: () => bytes, closed };
  };
  const say = ({ socket }: Client, message: object): void => socket.send(JSON.stringify(message));
  const begun = async (client: Client, more: object = {}): Promise<Running> => {
    say(client, { type: 'start', cmd: ['sh'], ...more });
    await until('the exec has reached the driver', () => running.length > 0);
    return running.at(-1) as Running;
  };

  describe('access', () => {
    it('needs the token, though its method is that of a read', async () => {
      expect(await attempt({})).to.include({ status: 401 });
      expect((await attempt({})).body).to.include('RKT_ERR_TOKEN');
      expect(await attempt({ authorization: 'Bearer wrong' })).to.include({ status: 401 });
      expect(await attempt(authorization())).to.include({ status: 'open' });
      const { headers } = await fixture.ask('/v1/session', { method: 'POST', headers: authorization() });
      const cookie = String(headers['set-cookie']).replace(/;.*/, '');
      expect(await attempt({ cookie })).to.include({ status: 401 });
      expect(running).to.deep.equal([]);
    });

    it('refuses a foreign origin and a foreign host, with the token too', async () => {
      for (const headers of [{ origin: 'http://evil.example' }, { host: 'evil.example' }]) {
        const answer = await attempt({ ...authorization(), ...headers });
        expect(answer.status, JSON.stringify(headers)).to.equal(403);
        expect(answer.body).to.include('RKT_ERR_FORBIDDEN');
      }
      const own = new URL(fixture.server.url ?? '').origin;
      expect(await attempt({ ...authorization(), origin: own })).to.include({ status: 'open' });
    });

    it('accepts a ticket once, for its task, from the own origin', async () => {
      const ticketOf = async (id: string): Promise<string[]> => {
        const path = execPath(id).replace(/stream$/, 'ticket');
        const { status, text } = await fixture.ask(path, { method: 'POST', headers: authorization() });
        expect(status).to.equal(201);
        return [EXEC_PROTOCOL, TICKET_PROTOCOL + (JSON.parse(text) as { ticket: string }).ticket];
      };
      const path = execPath('web').replace(/stream$/, 'ticket');
      expect((await fixture.ask(path, { method: 'POST' })).status).to.equal(401);
      const protocols = await ticketOf('web');
      expect(await attempt({}, { protocols })).to.include({ status: 'open' });
      expect(await attempt({}, { protocols })).to.include({ status: 401 });
      expect(await attempt({}, { protocols: await ticketOf('job/a b') })).to.include({ status: 401 });
      const foreign = await attempt({ origin: 'http://evil.example' }, { protocols: await ticketOf('web') });
      expect(foreign.status).to.equal(403);
    });

    it('refuses what does not speak its protocol, and what is no path of an exec', async () => {
      expect(await attempt(authorization(), { protocols: ['chat'] })).to.include({ status: 400 });
      const answer = await fixture.ask('/v1/tasks/web/exec/stream', { headers: authorization() });
      expect(answer.status).to.equal(426);
      const url = `${fixture.server.url ?? ''}/v1/tasks`.replace('http', 'ws');
      const socket = new WebSocket(url, [EXEC_PROTOCOL], { headers: authorization() });
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      expect(response.statusCode).to.equal(404);
      socket.on('error', () => undefined).terminate();
    });

    it('answers a client that offers another protocol, in this one', async () => {
      const offer = { upgrade: 'h2c', connection: 'Upgrade, HTTP2-Settings', 'http2-settings': 'AAMAAABk' };
      const { port } = new URL(fixture.server.url ?? '');
      const sent = request({
        host: '127.0.0.1',
        port,
        path: '/v1/health',
        headers: offer,
        agent: false,
      }).end();
      const [response] = (await once(sent, 'response')) as [PassThrough & { statusCode: number }];
      expect(response.statusCode).to.equal(200);
      response.resume();
      await once(response, 'end');
    });
  });

  it('finds a task whose id has slashes and spaces', async () => {
    const client = await connect('job/a b');
    expect((await begun(client)).taskId).to.equal('job/a b');
    client.socket.close();
  });

  it('reports what the driver refuses', async () => {
    const client = await connect('none');
    say(client, { type: 'start', cmd: ['sh'] });
    await until('the refusal has come', () => client.reports.length > 0);
    expect(client.reports[0]).to.deep.include({ type: 'failed' });
    expect(JSON.stringify(client.reports[0])).to.include('RKT_ERR_TASK_NOT_FOUND');
    client.socket.close();
  });

  it('kills the command when its client vanishes', async () => {
    const client = await connect();
    const { options } = await begun(client);
    client.socket.terminate();
    await until('the command is killed', () => options.signal?.aborted === true);
    await until('no reader is left', () => fixture.server.stats().clients === 0);
  });

  it('kills the command of a client that answers no ping', async () => {
    await fixture.close();
    await open({ limits: { heartbeatMs: 20, stallTimeoutMs: 100 } });
    const url = `${fixture.server.url ?? ''}${execPath('web')}`.replace('http', 'ws');
    const socket = new WebSocket(url, [EXEC_PROTOCOL], { headers: authorization(), autoPong: false });
    socket.on('error', () => undefined);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'start', cmd: ['sh'] }));
    await until('the exec has reached the driver', () => running.length > 0);
    await until('the command is killed', () => running[0]?.options.signal?.aborted === true);
    expect(fixture.server.stats().cutOffClients).to.equal(1);
  });

  it('keeps no more output for a slow reader than the window, and all of it comes', async () => {
    const client = await connect();
    const { options, end } = await begun(client);
    const stdout = options.stdout as Writable;
    const chunk = Buffer.alloc(65_536);
    let accepted = 0;
    const total = 4 * WINDOW_BYTES;
    const write = (): void => {
      if (accepted + chunk.length > total) return;
      stdout.write(chunk, (error) => {
        if (error) return;
        accepted += chunk.length;
        write();
      });
    };
    write();
    await until('the window is full', () => client.bytes() === WINDOW_BYTES);
    expect(accepted).to.equal(WINDOW_BYTES);
    let taken = 0;
    while (taken < total) {
      await until('more has come', () => client.bytes() > taken);
      const bytes = client.bytes() - taken;
      taken += bytes;
      say(client, { type: 'taken', stream: 'stdout', bytes });
    }
    await until('everything was accepted', () => accepted === total);
    end({ exitCode: 0 });
    await until('the end has come', () => client.reports.some(({ type }) => type === 'exited'));
    client.socket.close();
  });

  it('ends with the first message that is against its protocol, and repeats nothing of it', async () => {
    // More than the window and what streams of Node buffer, which differs between its versions.
    const flood = Array.from({ length: 16 }, () => streamMessage('stdin', new Uint8Array(32_768)));
    const wrong: readonly (readonly (string | Uint8Array)[])[] = [
      ['no json s3cret'],
      [JSON.stringify({ type: 'start', cmd: [], env: 's3cret' })],
      [JSON.stringify({ type: 's3cret' })],
      [streamMessage('stdout', new Uint8Array(1))],
      [JSON.stringify({ type: 'start', cmd: ['sh'] }), JSON.stringify({ type: 'start', cmd: ['sh'] })],
      [JSON.stringify({ type: 'start', cmd: ['sh'], stdin: true }), ...flood],
    ];
    for (const messages of wrong) {
      const client = await connect();
      messages.forEach((message) => client.socket.send(message));
      expect(await client.closed, String(messages[0])).to.equal(1_008);
      const text = JSON.stringify(client.reports.at(-1));
      expect(text).to.include('RKT_ERR_REQUEST').and.not.include('s3cret');
    }
    expect(running.every(({ options }) => options.signal?.aborted)).to.equal(true);
  });

  it('refuses a message that is too large', async () => {
    const client = await connect();
    const { options } = await begun(client);
    client.socket.send(new Uint8Array(1_048_576));
    expect(await client.closed).to.equal(1_009);
    await until('the command is killed', () => options.signal?.aborted === true);
  });

  it('counts as a reader of a stream, of which there is a limit', async () => {
    await fixture.close();
    await open({ limits: { streams: 2 } });
    const clients = [await connect(), await connect()];
    const { status, body } = await attempt(authorization());
    expect({ status, busy: body.includes('RKT_ERR_AGENT_BUSY') }).to.deep.equal({ status: 503, busy: true });
    clients.forEach(({ socket }) => socket.terminate());
  });

  it('ends with the server', async () => {
    const client = await connect();
    const { options } = await begun(client);
    await fixture.server.close();
    expect(await client.closed).to.equal(1_001);
    expect(options.signal?.aborted).to.equal(true);
  });
});
