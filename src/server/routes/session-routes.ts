import { createRoute } from '@hono/zod-openapi';
import { deleteCookie, setCookie } from 'hono/cookie';

import type { ServerRoutes } from '../server-context.ts';
import { SESSION_COOKIE, readKey } from '../token.ts';
import { FAILURES, routes } from './define.ts';

const done = { description: 'Done.' } as const;
const begin = createRoute({
  method: 'post',
  path: '/v1/session',
  operationId: 'beginSession',
  summary: 'Set a read-only session cookie for this browser',
  responses: { 204: done, 401: FAILURES[401] },
});
const end = createRoute({
  method: 'delete',
  path: '/v1/session',
  operationId: 'endSession',
  summary: 'Delete the session cookie',
  responses: { 204: done, 401: FAILURES[401] },
});

/** The cookie goes to no script and to no other site, and ends with the browser. */
export function sessionRoutes(token: string): ServerRoutes {
  const app = routes();
  app.openapi(begin, (c) => {
    setCookie(c, SESSION_COOKIE, readKey(token), {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      secure: c.req.url.startsWith('https:'),
    });
    return c.body(null, 204);
  });
  app.openapi(end, (c) => {
    deleteCookie(c, SESSION_COOKIE, { path: '/' });
    return c.body(null, 204);
  });
  return app;
}
