import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

/** The fraction of all connections that one address may have before its own are replaced. */
const ADDRESS_SHARE = 0.5;

/**
 * Keeps a server available while other clients only connect: beyond `limit` connections, the one that has waited
 * longest without a complete request is closed for the next. One that is being served never is.
 *
 * An address with more than half of them replaces its own. When every connection is being served, the new one is
 * closed.
 */
export function limitConnections(server: Server | HttpsServer, limit: number): void {
  const limiter = new ConnectionLimiter(limit);
  /** A request over TLS has a socket of its own above that of the connection. */
  const byPeer = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    byPeer.set(peer, socket);
    socket.once('close', () => {
      if (byPeer.get(peer) === socket) byPeer.delete(peer);
    });
    limiter.enter(socket);
  });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const socket = byPeer.get(peerOf(request.socket)) ?? request.socket;
    const answering = (): void => limiter.busy(socket);
    if (isWithoutBody(request)) answering();
    else request.once('end', answering);
    response.once('close', () => limiter.idle(socket));
  });
  // It is being served until it is closed.
  server.prependListener('upgrade', ({ socket }: IncomingMessage) => limiter.busy(socket));
}

class ConnectionLimiter {
  readonly #limit: number;
  /** Without a complete request, the one that has waited longest first; with the address of each. */
  readonly #waiting = new Map<Socket, string>();
  readonly #busy = new Map<Socket, string>();
  readonly #byAddress = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  enter(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    if (this.#waiting.size + this.#busy.size >= this.#limit && !this.#evict(address)) {
      socket.destroy();
      return;
    }
    this.#waiting.set(socket, address);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    socket.once('close', () => this.#leave(socket));
  }

  busy(socket: Socket): void {
    move(socket, this.#waiting, this.#busy);
  }

  idle(socket: Socket): void {
    move(socket, this.#busy, this.#waiting);
  }

  #evict(address: string): boolean {
    const isGreedy = (this.#byAddress.get(address) ?? 0) > this.#limit * ADDRESS_SHARE;
    for (const [socket, its] of this.#waiting) {
      if (isGreedy && its !== address) continue;
      this.#leave(socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  #leave(socket: Socket): void {
    const address = this.#waiting.get(socket) ?? this.#busy.get(socket);
    if (address === undefined) return;
    this.#waiting.delete(socket);
    this.#busy.delete(socket);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}

function move(socket: Socket, from: Map<Socket, string>, to: Map<Socket, string>): void {
  const address = from.get(socket);
  if (address === undefined) return;
  from.delete(socket);
  to.set(socket, address);
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function isWithoutBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'] ?? '0';
  return headers['transfer-encoding'] === undefined && Number(length) === 0;
}
