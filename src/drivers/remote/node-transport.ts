import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { CHUNK_BYTES, EXEC_PROTOCOL } from '../../model/exec-protocol.ts';
import {
  UpgradeRefused,
  type AgentTransport,
  type SocketRequest,
  type TransportRequest,
  type TransportResponse,
} from './agent-transport.ts';
import { agentUrl } from './agent-url.ts';
import { execSocket, type ExecSocket } from './exec-socket.ts';

type Headers = Readonly<Record<string, string>>;

/** Of what an agent sends; a chunk with its number is shorter. */
const MAX_MESSAGE_BYTES = 4 * CHUNK_BYTES;

/** Where an agent listens. */
export type AgentAddress =
  | {
      readonly socketPath: string;
      readonly url?: undefined;
      readonly token?: undefined;
      readonly ca?: undefined;
    }
  | {
      readonly url: string;
      readonly socketPath?: undefined;
      readonly token?: string | undefined;
      /** Certificates in PEM that are trusted for https, instead of those of Node. */
      readonly ca?: string | undefined;
    };

/** The modules of Node as the way to an agent. @throws RKT_ERR_OPTIONS for a URL that is none of HTTP */
export function nodeTransport({ socketPath, url, token, ca }: AgentAddress): AgentTransport {
  const base = url === undefined ? undefined : agentUrl(url);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const trust = base?.protocol === 'https:' && ca !== undefined ? { ca } : {};
  return {
    place: base?.origin ?? socketPath ?? '',
    socket: (request) => openSocket({ socketPath, base, headers: authorization, trust }, request),
    async request({ method, path, body, signal }: TransportRequest) {
      const headers = {
        ...authorization,
        // Leaves nothing open that would keep the process alive.
        connection: 'close',
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      };
      const options = { ...trust, method, headers, ...(signal !== undefined && { signal }) };
      const where = base === undefined ? { socketPath, path } : addressOf(base, path);
      return toResponse(await send(base?.protocol, { ...options, ...where }, body));
    },
  };
}

interface SocketAddress {
  readonly socketPath: string | undefined;
  readonly base: URL | undefined;
  readonly headers: Headers;
  readonly trust: { readonly ca?: string };
}

/** Loaded for the first exec: most clients open no WebSocket. */
async function openSocket(
  { socketPath, base, headers, trust }: SocketAddress,
  { path, signal }: SocketRequest,
): Promise<ExecSocket> {
  const { WebSocket } = await import('ws');
  const url = base === undefined ? 'ws://localhost' : base.origin.replace(/^http/, 'ws') + prefixOf(base);
  const socket = new WebSocket(`${url}${path}`, [EXEC_PROTOCOL], {
    headers,
    ...trust,
    ...(socketPath !== undefined && { createConnection: () => connect({ path: socketPath }) }),
    ...{ perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES, signal },
  });
  socket.binaryType = 'arraybuffer';
  return await new Promise((resolve, reject) => {
    const refused = (response: IncomingMessage): void => {
      text(response).then((body) => reject(new UpgradeRefused(response.statusCode ?? 0, body)), reject);
    };
    socket.on('unexpected-response', (_, response) => refused(response));
    // After it is open, `close` follows.
    socket.on('error', reject);
    socket.on('open', () => resolve(execSocket(socket)));
  });
}

function prefixOf({ pathname }: URL): string {
  return pathname.replace(/\/+$/, '');
}

/** `prefix` of the URL stays: an agent may be behind a proxy. */
function addressOf(base: URL, path: string): RequestOptions {
  const { hostname, port } = base;
  return {
    hostname: hostname.replaceAll(/[[\]]/g, ''),
    path: `${prefixOf(base)}${path}`,
    ...(port !== '' && { port }),
  };
}

async function send(
  protocol: string | undefined,
  options: RequestOptions,
  body: string | undefined,
): Promise<IncomingMessage> {
  // TLS takes longer to load than most commands take.
  const request = protocol === 'https:' ? (await import('node:https')).request : httpRequest;
  // Without a name, Node looks for an address in the `Host` header, also without TLS, which takes 4 ms the first time.
  const named = protocol === 'https:' ? options : { ...options, servername: '' };
  return new Promise((resolve, reject) => {
    const sent = request(named);
    sent.on('response', resolve).on('error', reject);
    sent.end(body);
  });
}

function toResponse(response: IncomingMessage): TransportResponse {
  return {
    status: response.statusCode ?? 0,
    header(name) {
      const value = response.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    text: () => text(response),
    chunks: () => response.setEncoding('utf8') as AsyncIterable<string>,
  };
}
