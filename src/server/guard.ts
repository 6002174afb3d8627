import type { MiddlewareHandler } from 'hono';

import { RktError } from '../model/rkt-error.ts';
import { READS, checkAccess, type AccessDeps } from './access.ts';
import { httpError } from './error-body.ts';
import type { ServerEnv } from './server-context.ts';

/** Refuses what {@link checkAccess} refuses, and bodies that no route reads. */
export function guard(deps: AccessDeps): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const { method, path } = c.req;
    const header = (name: string): string | undefined => c.req.header(name);
    c.set('caller', checkAccess({ via: c.env.via, method, path, header }, deps));
    // A stream has no end that a HEAD could wait for.
    if (method === 'HEAD' && isEndless(path)) throw new RktError('RKT_ERR_ROUTE', 'A stream has no HEAD');
    if (!READS.has(method)) checkBody(c.req.raw.headers, deps.settings.limits.bodyBytes);
    await next();
  };
}

function isEndless(path: string): boolean {
  return path.startsWith('/v1/streams') || /\/logs(?:\/\w+)?$/.test(path);
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
