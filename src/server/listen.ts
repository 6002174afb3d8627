import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { lstat, mkdir, unlink } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { dirname } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { UpgradeListener } from './exec/exec-upgrades.ts';
import { limitConnections } from './connections.ts';
import type { ListenAddress } from '../model/listen-address.ts';
import type { ServerLimits } from './options.ts';
import type { TlsIdentity } from './tls-files.ts';

/** Longest path of a unix socket, less the zero byte. */
const MAX_SOCKET_PATH = 107;
/** What is left of answers gets this long when a server closes. */
const CLOSE_GRACE_MS = 500;

/** A server on a TCP port. */
export interface TcpServer {
  readonly server: HttpServer | HttpsServer;
  readonly url: string;
  /** Serves another certificate to connections that begin from now on. Absent without TLS. */
  readonly replaceTls?: (identity: TlsIdentity) => void;
}

/** @throws RKT_ERR_LISTEN */
export async function listenOnTcp(
  { host, port }: ListenAddress,
  limits: ServerLimits,
  listeners: Listeners,
  tls?: TlsIdentity,
): Promise<TcpServer> {
  const secure = tls === undefined ? undefined : await httpsServer(limits, listeners, tls);
  const server = secure ?? httpServer(limits, listeners);
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  await started(server, () => server.listen({ host, port }), `${where} cannot be listened on`);
  const { address, family, port: taken } = server.address() as AddressInfo;
  const scheme = secure === undefined ? 'http' : 'https';
  const url = `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  if (secure === undefined) return { server, url };
  return { server, url, replaceTls: (identity) => secure.setSecureContext({ ...TLS_OPTIONS, ...identity }) };
}

/**
 * Listens where only its owner may connect. A socket that an agent has left behind is taken over.
 *
 * @param lock keeps others from taking over the same socket meanwhile
 * @throws RKT_ERR_AGENT_RUNNING when a process listens there, RKT_ERR_LISTEN
 */
export async function listenOnSocket(
  path: string,
  limits: ServerLimits,
  listeners: Listeners,
  lock: () => Promise<() => Promise<void>>,
): Promise<HttpServer> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new RktError('RKT_ERR_LISTEN', `The path ${path} is longer than ${MAX_SOCKET_PATH} bytes`);
  }
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw new RktError('RKT_ERR_LISTEN', `${dirname(path)} cannot be made: ${reasonOf(cause)}`, { cause });
  });
  const unlock = await lock();
  try {
    await removeAbandoned(path);
    const server = httpServer(limits, listeners);
    await started(server, () => listenPrivately(server, path), `${path} cannot be listened on`);
    return server;
  } finally {
    await unlock();
  }
}

/** Ends the requests in progress, at the latest after a moment. */
export async function closeServer(server: HttpServer | HttpsServer): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    // Those whose handshake is not complete.
    rawSockets.get(server)?.forEach((socket) => socket.destroy());
  }, CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

/** What a server does with requests, and with those that want another protocol. */
export interface Listeners {
  readonly request: RequestListener;
  readonly upgrade: UpgradeListener;
}

const TLS_OPTIONS = { minVersion: 'TLSv1.2' } as const;
/** The TCP connections of servers with TLS. */
const rawSockets = new WeakMap<object, Set<Socket>>();

function httpServer(limits: ServerLimits, listeners: Listeners): HttpServer {
  return limited(createHttpServer(connectionOptions(limits), listeners.request), limits, listeners);
}

/** TLS is loaded only where it is used. */
async function httpsServer(
  limits: ServerLimits,
  listeners: Listeners,
  identity: TlsIdentity,
): Promise<HttpsServer> {
  const { createServer: createHttpsServer } = await import('node:https');
  const options = { ...connectionOptions(limits), handshakeTimeout: limits.headersTimeoutMs };
  const server = createHttpsServer({ ...options, ...TLS_OPTIONS, ...identity }, listeners.request);
  const sockets = new Set<Socket>();
  rawSockets.set(server, sockets);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return limited(server, limits, listeners);
}

function connectionOptions({ headersTimeoutMs, requestTimeoutMs }: ServerLimits) {
  return {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // How often Node checks connections for these timeouts.
    connectionsCheckingInterval: Math.min(headersTimeoutMs, 5_000),
    maxHeaderSize: 16_384,
  };
}

function limited<T extends HttpServer | HttpsServer>(
  server: T,
  limits: ServerLimits,
  { upgrade }: Listeners,
): T {
  server.on('upgrade', upgrade);
  // Of a connection that moves nothing. Streams write a heartbeat far more often, and are cut off before, with a reason.
  server.timeout = 2 * (limits.stallTimeoutMs + limits.heartbeatMs);
  limitConnections(server, Math.min(limits.connections, Math.floor(openFilesLimit() / 4)));
  return server;
}

/** Descriptors this process may have: connections take a part of them, the rest is for files and the other door. */
function openFilesLimit(): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return soft === undefined ? Infinity : Number(soft);
}

async function started(
  server: HttpServer | HttpsServer,
  listen: () => void,
  what: string,
  path?: string,
): Promise<void> {
  try {
    const listening = once(server, 'listening');
    listen();
    await listening;
  } catch (cause) {
    throw cannotListen(cause, what, path);
  }
}

function cannotListen(cause: unknown, what: string, path?: string): RktError {
  const denied = permissionError(cause, what, path);
  return denied ?? new RktError('RKT_ERR_LISTEN', `${what}: ${reasonOf(cause)}`, { cause });
}

/** The socket is bound within the call, so that it has its mode from its first moment on. */
function listenPrivately(server: HttpServer, path: string): void {
  const before = process.umask(0o177);
  try {
    server.listen({ path });
  } finally {
    process.umask(before);
  }
}

async function removeAbandoned(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket())
    throw new RktError('RKT_ERR_LISTEN', `${path} is there and is not a socket: remove it`);
  if (await isListenedOn(path)) throw new RktError('RKT_ERR_AGENT_RUNNING', `An agent listens on ${path}`);
  await unlink(path).catch(() => undefined);
}

/** A listener that is too busy to accept, or that this process may not reach, is one all the same. */
async function isListenedOn(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return !['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    socket.destroy();
  }
}
