import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { get as plainGet } from 'node:http';
import { get as tlsGet } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { RktContext } from '../context.ts';
import { certificateAuthorities } from './authorities.ts';
import type { HostHeaders } from './credentials.ts';

const MAX_REDIRECTS = 10;
const IDLE_TIMEOUT_MS = 60_000;

/** What a request carries beside its URL. */
export interface GetOptions {
  /** Sent to the URL's own host only: a redirect to another host, port or scheme goes without them. */
  readonly headers?: OutgoingHttpHeaders;
  /** More headers for each host that is asked, that of a redirect too. */
  readonly hostHeaders?: HostHeaders;
}

/** What a request needs of the command it is made for. */
export type HttpContext = Pick<RktContext, 'env' | 'insecure'>;

/**
 * Sends a GET and follows redirects, from https to https only. Certificates are checked unless `tls` is insecure.
 *
 * @returns the response, whatever its status; its body is to be read or destroyed. A break in it of 60 s is an error.
 * @throws Error `Get "URL": reason` for the URL that did not answer, without its user and password
 */
export async function httpGet(
  ctx: HttpContext,
  url: string,
  { headers = {}, hostHeaders }: GetOptions = {},
): Promise<IncomingMessage> {
  const secureContext = ctx.insecure.has('tls') ? undefined : trusted(ctx);
  let [at, sent] = [url, headers];
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await send(at, { ...hostHeaders?.(new URL(at).host), ...sent }, secureContext);
    const next = redirectOf(response, at);
    if (next === undefined) return response;
    // nothing in its body matters, and it may have no end
    response.destroy();
    if (new URL(next).origin !== new URL(at).origin) sent = {};
    at = next;
  }
  throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
}

const contexts = new Map<string, SecureContext>();

/** Parsing a bundle takes some ten milliseconds, so it is done once for each. */
function trusted(ctx: HttpContext): SecureContext {
  const key = JSON.stringify([ctx.env['SSL_CERT_FILE'], ctx.env['NODE_EXTRA_CA_CERTS']]);
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const made = createSecureContext({ ca: [...certificateAuthorities(ctx)] });
  contexts.set(key, made);
  return made;
}

function send(
  url: string,
  headers: OutgoingHttpHeaders,
  secureContext: SecureContext | undefined,
): Promise<IncomingMessage> {
  const tls = secureContext === undefined ? { rejectUnauthorized: false } : { secureContext };
  return new Promise((resolve, reject) => {
    const outgoing = url.startsWith('https:')
      ? tlsGet(url, { timeout: IDLE_TIMEOUT_MS, headers, ...tls }, resolve)
      : plainGet(url, { timeout: IDLE_TIMEOUT_MS, headers }, resolve);
    const giveUp = (): void => void outgoing.destroy(new Error(`no answer for ${IDLE_TIMEOUT_MS / 1000} s`));
    const late = setTimeout(giveUp, IDLE_TIMEOUT_MS);
    outgoing.on('response', () => clearTimeout(late));
    outgoing.on('close', () => clearTimeout(late));
    outgoing.on('timeout', giveUp);
    outgoing.on('error', (error) => {
      reject(new Error(`Get "${withoutUser(url)}": ${error.message}`));
    });
  });
}

/** Where a response sends us, undefined when nowhere. @throws Error for a redirect that is not followed */
function redirectOf({ statusCode = 0, headers }: IncomingMessage, url: string): string | undefined {
  const { location } = headers;
  if (location === undefined || statusCode < 300 || statusCode > 399) return undefined;
  const next = URL.canParse(location, url) ? new URL(location, url).href : '';
  const allowed = url.startsWith('https:') ? /^https:/ : /^https?:/;
  if (allowed.test(next)) return next;
  throw new Error(`refused a redirect to ${location}`);
}

function withoutUser(url: string): string {
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

/** Requires the status 200. @throws Error, with the body let go */
export function requireOk(response: IncomingMessage): void {
  if (response.statusCode === 200) return;
  response.destroy();
  throw new Error(`bad HTTP status code: ${response.statusCode ?? 0}`);
}
