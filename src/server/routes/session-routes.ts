import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';

import { SESSION_COOKIE, SESSION_PATH } from '../access.ts';
import type { ServerContext, ServerEnv, ServerRoutes } from '../server-context.ts';
import { RIGHTS } from '../tokens/tokens-file.ts';
import { FAILURES, json, routes } from './define.ts';

const sessionSchema = z
  .strictObject({
    label: z
      .string()
      .optional()
      .openapi({ description: 'Of the token; absent for a request without one, and on the unix socket' }),
    right: z.enum(RIGHTS),
    expires: z.string().optional().openapi({ description: 'When the token expires' }),
  })
  .openapi('Session');

const done = { description: 'Done.' } as const;
const show = createRoute({
  method: 'get',
  path: SESSION_PATH,
  operationId: 'showSession',
  summary: 'What the token of this request permits',
  responses: { 200: json(sessionSchema, 'The right, and the label of the token.'), 401: FAILURES[401] },
});
const begin = createRoute({
  method: 'post',
  path: SESSION_PATH,
  operationId: 'beginSession',
  summary: 'Set a read-only session cookie for this browser, with any token',
  responses: { 204: done, 401: FAILURES[401] },
});
const end = createRoute({
  method: 'delete',
  path: SESSION_PATH,
  operationId: 'endSession',
  summary: 'Delete the session cookie',
  responses: { 204: done, 401: FAILURES[401] },
});

/**
 * The cookie goes to no script and to no other site, and ends with the browser. Without a path of its own it goes to /v1/…
 * alone, as the browser sees it: behind a proxy, below the path of the proxy.
 */
const COOKIE = { httpOnly: true, sameSite: 'Strict', path: '' } as const;

export function sessionRoutes({ authorizer }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(show, (c) => {
    const { label, right, expires } = c.var.caller;
    return c.json(
      { right, ...(label !== undefined && { label }), ...(expires !== undefined && { expires }) },
      200,
    );
  });
  app.openapi(begin, (c) => {
    const key = authorizer.sessionKey(c.req.header('authorization'));
    setCookie(c, SESSION_COOKIE, key, { ...COOKIE, secure: isSecure(c) });
    return c.body(null, 204);
  });
  app.openapi(end, (c) => {
    deleteCookie(c, SESSION_COOKIE, COOKIE);
    return c.body(null, 204);
  });
  return app;
}

/** Over HTTPS, also where a proxy says so. */
function isSecure(c: Context<ServerEnv>): boolean {
  return c.req.url.startsWith('https:') || c.req.header('x-forwarded-proto') === 'https';
}
