import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { reasonOf } from '../../model/reason-of.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import { certificateAuthorities } from './authorities.ts';
import { proxyFor } from './proxy-settings.ts';
import { proxiedRequest, tunnel } from './proxy-tunnel.ts';
import type { HostHeaders } from './host-credentials.ts';
import { redirectTarget } from './redirect-target.ts';

const MAX_REDIRECTS = 10;
const IDLE_TIMEOUT_MS = 60_000;

/** What a request carries beside its URL. */
export interface GetOptions {
  /** Sent to the URL's own host only: a redirect to another host, port or scheme goes without them. */
  readonly headers?: OutgoingHttpHeaders;
  /** More headers for each host that is asked, that of a redirect too. */
  readonly hostHeaders?: HostHeaders;
  /** Fields of a form: they are sent by POST, which follows no redirect. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A response, and the URL that it is of after all redirects. */
export interface HttpResponse {
  readonly response: IncomingMessage;
  readonly url: string;
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
  options: GetOptions = {},
): Promise<IncomingMessage> {
  return (await httpRequest(ctx, url, options)).response;
}

/**
 * {@link httpGet}, or a POST, that says as well who has answered in the end.
 *
 * @throws Error as httpGet does; its cause is the error of the connection
 */
export async function httpRequest(
  ctx: HttpContext,
  url: string,
  { headers = {}, hostHeaders, form }: GetOptions = {},
): Promise<HttpResponse> {
  const secureContext = ctx.insecure.has('tls') ? undefined : trusted(ctx);
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  let [at, sent, shown] = [url, headers, withoutUser(url)];
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await send(ctx, {
      url: at,
      headers: { ...hostHeaders?.(new URL(at).host), ...sent },
      shown,
      body,
      secureContext,
    });
    const next = body === undefined ? redirectOf(response, at) : undefined;
    if (next === undefined) return { response, url: at };
    // nothing in its body matters, and it may have no end
    response.destroy();
    if (new URL(next).origin !== new URL(at).origin) sent = {};
    at = next;
    // a redirect to a storage of objects is signed: its query is as good as a password
    shown = withoutUser(next).split('?', 1)[0] ?? '';
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

interface Sending {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  /** The URL as messages have it. */
  readonly shown: string;
  readonly body: string | undefined;
  readonly secureContext: SecureContext | undefined;
}

async function send(ctx: HttpContext, sending: Sending): Promise<IncomingMessage> {
  const { shown, body } = sending;
  try {
    return await answer(await outgoingRequest(ctx, sending), body);
  } catch (error) {
    if (error instanceof RktFailure) throw error;
    const method = body === undefined ? 'Get' : 'Post';
    throw new Error(`${method} "${shown}": ${reasonOf(error)}`, { cause: error });
  }
}

/** The request, not yet sent; through a proxy where the environment names one. */
async function outgoingRequest(
  ctx: HttpContext,
  { url, headers, body, secureContext }: Sending,
): Promise<ClientRequest> {
  const tls = secureContext === undefined ? { rejectUnauthorized: false } : { secureContext };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const options = {
    timeout: IDLE_TIMEOUT_MS,
    ...(body === undefined ? { headers } : { method: 'POST', headers: { ...headers, ...form } }),
  };
  const proxy = proxyFor(ctx.env, url);
  const isTls = url.startsWith('https:');
  if (proxy === undefined)
    return isTls ? tlsRequest(url, { ...options, ...tls }) : plainRequest(url, options);
  if (!isTls) return proxiedRequest(proxy, url, options, tls);
  const socket = await tunnel(proxy, url, tls, IDLE_TIMEOUT_MS);
  return tlsRequest(url, { ...options, createConnection: () => socket });
}

function answer(outgoing: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => void outgoing.destroy(new Error(`no answer for ${IDLE_TIMEOUT_MS / 1000} s`));
    const late = setTimeout(giveUp, IDLE_TIMEOUT_MS);
    outgoing.on('response', (response) => {
      clearTimeout(late);
      resolve(response);
    });
    outgoing.on('close', () => clearTimeout(late));
    outgoing.on('timeout', giveUp);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Where a response sends us, undefined when nowhere. @throws Error for a redirect that is not followed */
function redirectOf({ statusCode = 0, headers }: IncomingMessage, url: string): string | undefined {
  const { location } = headers;
  if (location === undefined || statusCode < 300 || statusCode > 399) return undefined;
  return redirectTarget(location, url);
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
