import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';

import type { AgentTransport, TransportRequest, TransportResponse } from './agent-transport.ts';
import { agentUrl } from './agent-url.ts';

/** Where an agent listens. */
export type AgentAddress =
  | { readonly socketPath: string; readonly url?: undefined; readonly token?: undefined }
  | { readonly url: string; readonly socketPath?: undefined; readonly token?: string | undefined };

/** The modules of Node as the way to an agent. @throws RKT_ERR_OPTIONS for a URL that is none of HTTP */
export function nodeTransport({ socketPath, url, token }: AgentAddress): AgentTransport {
  const base = url === undefined ? undefined : agentUrl(url);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    place: base?.origin ?? socketPath ?? '',
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
      const options = { method, headers, ...(signal !== undefined && { signal }) };
      const where = base === undefined ? { socketPath, path } : addressOf(base, path);
      return toResponse(await send(base?.protocol, { ...options, ...where }, body));
    },
  };
}

/** `prefix` of the URL stays: an agent may be behind a proxy. */
function addressOf({ hostname, port, pathname }: URL, path: string): RequestOptions {
  const prefix = pathname.replace(/\/+$/, '');
  return {
    hostname: hostname.replaceAll(/[[\]]/g, ''),
    path: `${prefix}${path}`,
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
