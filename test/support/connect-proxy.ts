import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** What came to the proxy. */
export interface ProxySeen {
  readonly method: string;
  readonly target: string;
  readonly authorization?: string;
}

/** A proxy on loopback for http and, by CONNECT, https. Every host name leads to this machine. */
export class ConnectProxy {
  readonly seen: ProxySeen[] = [];
  /** `user:password` that it asks for. */
  credentials: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((incoming, response) => {
      if (!this.#admits(incoming)) return void response.writeHead(407).end();
      const { method, headers } = incoming;
      const { 'proxy-authorization': _own, ...passed } = headers;
      const { port, pathname, search, host } = new URL(incoming.url ?? '');
      const options = {
        host: '127.0.0.1',
        port,
        path: `${pathname}${search}`,
        method,
        headers: { ...passed, host },
      };
      const outgoing = request(options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.writeHead(502).end());
      incoming.pipe(outgoing);
    });
    this.#server.on('connect', (incoming, socket: Socket) => {
      this.#keep(socket);
      if (!this.#admits(incoming))
        return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      const upstream = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
      this.#keep(upstream);
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** `127.0.0.1:PORT`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.closeAllConnections();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #admits({ method = '', url = '', headers }: IncomingMessage): boolean {
    const authorization = headers['proxy-authorization'];
    this.seen.push({ method, target: url, ...(authorization && { authorization }) });
    if (this.credentials === undefined) return true;
    return authorization === `Basic ${Buffer.from(this.credentials).toString('base64')}`;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
