import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import type { Driver } from '../../src/index.ts';
// The server loads it for the first request, which takes long where every module is compiled first.
import '../../src/server/api-listener.ts';
import { createServer, type Server, type ServerOptions } from '../../src/server/index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Over the unix socket instead of TCP. */
  readonly unix?: boolean;
}

/** A server on a free port and in a directory of its own. */
export interface Served {
  readonly server: Server;
  readonly dataDir: string;
  readonly port: number;
  /** The path goes out as it is written. */
  ask(path: string, question?: Question): Promise<Answer>;
  close(): Promise<void>;
}

export async function serve(driver: Driver, options: ServerOptions = {}): Promise<Served> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rkt-streams-served-'));
  const server = await createServer(driver, { listen: { host: '127.0.0.1', port: 0 }, ...options, dataDir });
  const port = Number(new URL(server.url ?? 'http://localhost:0').port);
  return {
    server,
    dataDir,
    port,
    ask: (path, { method = 'GET', headers = {}, body, unix = false } = {}) =>
      new Promise<Answer>((resolve, reject) => {
        const where = unix ? { socketPath: server.socketPath } : { host: '127.0.0.1', port };
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
        const asked = request(
          { ...where, path, method, agent: false, headers: { ...length, ...headers } },
          (response) => {
            text(response).then(
              (said) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: said }),
              reject,
            );
          },
        );
        asked.on('error', reject).end(body);
      }),
    close: async () => {
      await server.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** The code of an answer that is no success. */
export function codeOf({ body }: Answer): unknown {
  return (JSON.parse(body) as { error: { code: unknown } }).error.code;
}
