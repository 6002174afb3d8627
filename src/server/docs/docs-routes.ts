import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { Hono } from 'hono';

import type { ServerEnv } from '../server-context.ts';
import { apiReference, type ApiDocument } from './api-reference.ts';

/** Beside this file, in the source and in the build alike. */
const STYLES = fileURLToPath(new URL('api-reference.css', import.meta.url));
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'self'; frame-ancestors 'none'";

/** The reference of the API at `/docs`, which a browser can read without a token. */
export function docsRoutes(document: () => ApiDocument): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>();
  app.use('/docs/*', async (c, next) => {
    await next();
    c.res.headers.set('Content-Security-Policy', POLICY);
    c.res.headers.set('Cache-Control', 'no-cache');
  });
  app.get('/docs', (c) => c.html(apiReference(document())));
  app.get('/docs/api-reference.css', async (c) =>
    c.body(await readFile(STYLES, 'utf8'), 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  );
  return app;
}
