import { parse } from 'hono/utils/cookie';

import { RktError } from '../model/rkt-error.ts';
import type { ReloadableOptions, ServerSettings } from './options.ts';
import type { Via } from './sse/stream-readers.ts';
import { ANYONE, OWNER, type Authorizer, type Caller } from './tokens/authorizer.ts';

export interface AccessDeps {
  readonly settings: ServerSettings;
  readonly reloadable: () => ReloadableOptions;
  readonly authorizer: Authorizer;
}

/** What access to the server depends on. */
export interface AccessRequest {
  readonly via: Via;
  readonly method: string;
  readonly path: string;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** Who has a ticket for this request, instead of a token. */
  readonly holder?: Caller | undefined;
}

/** The cookie of a browser's session. */
export const SESSION_COOKIE = 'rkt-streams-reads';
/** Where a browser gets it: with any token. */
export const SESSION_PATH = '/v1/session';
/** What reads only, and so needs a token only where one is demanded. */
export const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Health checks do not need the token; the page contains no secrets. */
const OPEN_PATH = /^\/(?!v1\/|metrics$)|^\/v1\/(?:health|ready)$/;

/**
 * Access control. The unix socket belongs to its owner, and has full access. Over TCP the Host header must name this
 * server (and not a foreign name that resolves to it), a web page must be its own, and every change requires a
 * token that may write. A server that passes requests on may have any name, and clients that this one knows nothing of:
 * reads need a token as well, unless it is said that they do not.
 *
 * @throws RKT_ERR_FORBIDDEN, RKT_ERR_TOKEN, RKT_ERR_TOKEN_RIGHT
 */
export function checkAccess({ via, method, path, header, holder }: AccessRequest, deps: AccessDeps): Caller {
  if (via === 'unix') return OWNER;
  if (via === 'tcp' || namesHosts(deps)) checkHost(header('host'), deps);
  checkOrigin(header('origin'), header('sec-fetch-site'), header('host'));
  const authorization = header('authorization');
  const isRead = READS.has(method);
  if (authorization === undefined && isRead) {
    if (OPEN_PATH.test(path) || !demandsToken(via, deps)) return ANYONE;
    const session = sessionOf(header('cookie'), deps.authorizer);
    if (session !== undefined) return session;
  }
  const caller = holder ?? deps.authorizer.bearer(authorization);
  if (!isRead && path !== SESSION_PATH) requireRight(caller, `${method} ${path}`);
  return caller;
}

/** @throws RKT_ERR_TOKEN_RIGHT for a token that may only read, RKT_ERR_TOKEN for none */
export function requireRight({ label, right }: Caller, what: string): void {
  if (right === 'write') return;
  if (label === undefined)
    throw new RktError('RKT_ERR_TOKEN', `${what} needs a token, and the request has none`);
  throw new RktError(
    'RKT_ERR_TOKEN_RIGHT',
    `The token ${JSON.stringify(label)} has the right "read", and ${what} needs "write"`,
  );
}

/** What a browser opens by a link or an EventSource cannot send a token. */
function sessionOf(cookie: string | undefined, authorizer: Authorizer): Caller | undefined {
  const key = parse(cookie ?? '', SESSION_COOKIE)[SESSION_COOKIE];
  return key === undefined ? undefined : authorizer.session(key);
}

function demandsToken(via: Via, { settings, reloadable }: AccessDeps): boolean {
  const { requireToken = via === 'mounted' } = reloadable();
  return (via === 'tcp' && settings.isRemote) || requireToken;
}

function namesHosts({ reloadable }: AccessDeps): boolean {
  return (reloadable().allowedHosts ?? []).length > 0;
}

function checkHost(header: string | undefined, { settings, reloadable }: AccessDeps): void {
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

function hostName(header: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(header)?.[1]?.toLowerCase();
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
