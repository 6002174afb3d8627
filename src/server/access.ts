import { parse } from 'hono/utils/cookie';

import { RktError } from '../model/rkt-error.ts';
import type { ReloadableOptions, ServerSettings } from './options.ts';
import type { Via } from './sse/stream-readers.ts';
import { SESSION_COOKIE, isToken, readKey } from './token.ts';

export interface AccessDeps {
  readonly settings: ServerSettings;
  readonly reloadable: () => ReloadableOptions;
  readonly token: string;
}

/** What access to the server depends on. */
export interface AccessRequest {
  readonly via: Via;
  readonly method: string;
  readonly path: string;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** What reads only, and so needs the token only where one is demanded. */
export const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Health checks do not need the token; the page contains no secrets. */
const OPEN_PATH = /^\/(?!v1\/|metrics$)|^\/v1\/(?:health|ready)$/;

/**
 * Access control. The unix socket belongs to its owner, and has full access. Over TCP the Host header must name this
 * server (and not a foreign name that resolves to it), a web page must be its own, and every change requires the
 * token. A server that passes requests on may have any name, and clients that this one knows nothing of: reads need the
 * token as well, unless it is said that they do not.
 *
 * @returns whether the caller may see environments of tasks
 * @throws RKT_ERR_FORBIDDEN, RKT_ERR_TOKEN
 */
export function checkAccess({ via, method, path, header }: AccessRequest, deps: AccessDeps): boolean {
  if (via === 'unix') return true;
  if (via === 'tcp' || namesHosts(deps)) checkHost(header('host'), deps);
  checkOrigin(header('origin'), header('sec-fetch-site'), header('host'));
  const isOpen =
    READS.has(method) &&
    (OPEN_PATH.test(path) || !demandsToken(via, deps) || hasSession(header('cookie'), deps.token));
  const authorization = header('authorization');
  if (!isOpen || authorization !== undefined) checkToken(authorization, deps.token);
  return authorization !== undefined;
}

/** What a browser opens by a link or an EventSource cannot send a token. */
function hasSession(cookie: string | undefined, token: string): boolean {
  const key = parse(cookie ?? '', SESSION_COOKIE)[SESSION_COOKIE];
  return key !== undefined && isToken(key, readKey(token));
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

function checkToken(header: string | undefined, token: string): void {
  const [, given] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
  if (given === undefined) throw new RktError('RKT_ERR_TOKEN', 'The request has no bearer token');
  if (!isToken(given, token)) throw new RktError('RKT_ERR_TOKEN', 'The token of the request is wrong');
}

function hostName(header: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(header)?.[1]?.toLowerCase();
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
