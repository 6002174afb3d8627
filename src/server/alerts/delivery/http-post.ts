import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

import { DeliveryError } from './delivery-error.ts';
import type { Target } from './receiver-config.ts';

/** Statuses after which the same request can succeed. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429]);
const MAX_RETRY_AFTER_MS = 3_600_000;

export interface PostBody {
  readonly contentType: string;
  readonly body: string;
}

/**
 * Sends a body; redirects are not followed, because the headers are for this host.
 *
 * @throws DeliveryError
 */
export async function postTo(
  { url, headers }: Target,
  { contentType, body }: PostBody,
  signal: AbortSignal,
): Promise<void> {
  const response = await send(url, { ...headers, 'Content-Type': contentType }, body, signal);
  const { statusCode = 0 } = response;
  // What it answers is not read: it can be without end.
  response.destroy();
  if (statusCode >= 200 && statusCode < 300) return;
  const isFinal = statusCode < 500 && !TRANSIENT.has(statusCode);
  throw new DeliveryError(`it answered with status ${statusCode}`, {
    isFinal,
    retryAfterMs: retryAfterMs(response.headers['retry-after']),
  });
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const length = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: false, signal };
    const sent = request(url, { ...options, headers: { ...headers, 'Content-Length': length } });
    sent.on('response', (response) => {
      // Aborted while it is destroyed.
      response.on('error', () => undefined);
      resolve(response);
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new DeliveryError(signal.aborted ? 'it has not answered in time' : (error.code ?? 'no connection')),
      ),
    );
    sent.end(body);
  });
}

function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) : undefined;
}
