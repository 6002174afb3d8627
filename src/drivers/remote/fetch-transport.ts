import { UpgradeRefused, type AgentTransport, type TransportResponse } from './agent-transport.ts';
import { agentUrl } from './agent-url.ts';
import { openWebSocket } from './exec-socket.ts';

/** The fetch of a browser as the way to an agent. @throws RKT_ERR_OPTIONS for a URL that is none of HTTP */
export function fetchTransport({ url, token }: { url: string; token?: string | undefined }): AgentTransport {
  return fetchTransportAt(agentUrl(url), () => token);
}

/** The same for a URL that is known to be right, and a token that can change. */
export function fetchTransportAt(base: URL, readToken: () => string | undefined): AgentTransport {
  const prefix = base.origin + base.pathname.replace(/\/+$/, '');
  const transport: AgentTransport = {
    place: base.origin,
    async socket({ path, signal }) {
      // The path of the ticket is beside that of the WebSocket.
      const wanted = await transport.request({
        method: 'POST',
        path: path.replace(/stream$/, 'ticket'),
        ...(signal && { signal }),
      });
      const text = await wanted.text();
      if (wanted.status !== 201) throw new UpgradeRefused(wanted.status, text);
      const { ticket } = JSON.parse(text) as { readonly ticket: string };
      return await openWebSocket(`${prefix.replace(/^http/, 'ws')}${path}`, ticket);
    },
    async request({ method, path, body, signal }) {
      const token = readToken();
      const headers = {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      };
      const options = { ...(body !== undefined && { body }), ...(signal !== undefined && { signal }) };
      return toResponse(await fetch(`${prefix}${path}`, { method, headers, ...options }));
    },
  };
  return transport;
}

function toResponse(response: Response): TransportResponse {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    text: () => response.text(),
    chunks: () => chunksOf(response.body),
  };
}

/** Not every browser iterates over a stream. */
async function* chunksOf(body: Response['body']): AsyncGenerator<string> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}
