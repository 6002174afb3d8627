import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';

import { RktError } from '../model/rkt-error.ts';
import type { ServerEnv } from './server-context.ts';
import { httpError } from './error-answers.ts';
import type { ReloadableOptions, ServerSettings } from './options.ts';
import { SESSION_COOKIE } from './routes/session-routes.ts';
import type { Via } from './sse/stream-readers.ts';
import { isToken, readKey } from './token.ts';

export interface GuardDeps {
  readonly settings: ServerSettings;
  readonly reloadable: () => ReloadableOptions;
  readonly token: string;
}

/** What reads only, and so needs the token only where one is demanded. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Health checks do not need the token; the page contains no secrets. */
const OPEN_PATH = /^\/(?!v1\/|metrics$)|^\/v1\/(?:health|ready)$/;

/**
 * Access control. The unix socket belongs to its owner, and has full access. Over TCP the Host header must name this
 * server (and not a foreign name that resolves to it), a web page must be its own, and every change requires the
 * token. A server that passes requests on may have any name, and clients that this one knows nothing of: reads need the
 * token as well, unless it is said that they do not.
 */
export function guard(deps: GuardDeps): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    if (c.env.via !== 'unix') {
      if (c.env.via === 'tcp' || namesHosts(deps)) checkHost(c.req.header('host'), deps);
      checkOrigin(c.req.header('origin'), c.req.header('sec-fetch-site'), c.req.header('host'));
      const isRead = READS.has(c.req.method);
      const isOpen =
        isRead && (OPEN_PATH.test(c.req.path) || !demandsToken(c.env.via, deps) || hasSession(c, deps.token));
      const authorization = c.req.header('authorization');
      if (!isOpen || authorization !== undefined) checkToken(authorization, deps.token);
      c.set('trusted', authorization !== undefined);
    } else c.set('trusted', true);
    // A stream has no end that a HEAD could wait for.
    if (c.req.method === 'HEAD' && isEndless(c.req.path))
      throw new RktError('RKT_ERR_ROUTE', 'A stream has no HEAD');
    if (!READS.has(c.req.method)) checkBody(c.req.raw.headers, deps.settings.limits.bodyBytes);
    await next();
  };
}

/** An EventSource of a browser cannot send a token. */
function hasSession(c: Context, token: string): boolean {
  const key = getCookie(c, SESSION_COOKIE);
  return key !== undefined && isToken(key, readKey(token));
}

function isEndless(path: string): boolean {
  return path.startsWith('/v1/streams') || path.endsWith('/logs');
}

function demandsToken(via: Via, { settings, reloadable }: GuardDeps): boolean {
  const { requireToken = via === 'mounted' } = reloadable();
  return (via === 'tcp' && settings.isRemote) || requireToken;
}

function namesHosts({ reloadable }: GuardDeps): boolean {
  return (reloadable().allowedHosts ?? []).length > 0;
}

function checkHost(header: string | undefined, { settings, reloadable }: GuardDeps): void {
  const name = hostName(header ?? '');
  const own = ['localhost', '127.0.0.1', '[::1]', bracketed(settings.listen?.host ?? 'localhost')];
  const allowed = [...own, ...(reloadable().allowedHosts ?? [])];
  if (name === undefined || !allowed.some((host) => host.toLowerCase() === name)) {
    throw new RktError('RKT_ERR_FORBIDDEN', `The host ${JSON.stringify(header ?? '')} is not served here`);
  }
}

/** A browser sends the origin of a request; programs do not. */
function checkOrigin(origin: string | undefined, site: string | undefined, host: string | undefined): void {
  const isForeign = origin !== undefined && origin.replace(/^https?:\/\//, '') !== host;
  if (isForeign || (origin === undefined && site === 'cross-site')) {
    throw new RktError('RKT_ERR_FORBIDDEN', `The request comes from another site (${origin ?? 'unnamed'})`);
  }
}

function checkToken(header: string | undefined, token: string): void {
  const [, given] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
  if (given === undefined) throw new RktError('RKT_ERR_TOKEN', 'The request has no bearer token');
  if (!isToken(given, token)) throw new RktError('RKT_ERR_TOKEN', 'The token of the request is wrong');
}

/** A form of a web page can send what it likes, but not JSON under its own name. */
function checkBody(headers: Headers, limitBytes: number): void {
  const length = headers.get('content-length');
  if (headers.has('transfer-encoding')) throw httpError('RKT_ERR_BODY', 'The body is of unknown length', 411);
  if (length === null || length === '0') return;
  if (Number(length) > limitBytes) {
    throw httpError('RKT_ERR_BODY', `The body has ${length} bytes; ${limitBytes} are the most`, 413);
  }
  if (!/^application\/json\b/i.test(headers.get('content-type') ?? '')) {
    throw httpError('RKT_ERR_BODY', 'The body has another type than application/json', 415);
  }
}

function hostName(header: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(header)?.[1]?.toLowerCase();
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
