import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Hono } from 'hono';

import { RktError } from '../model/rkt-error.ts';
import { exhaustionCode } from '../model/exhaustion.ts';
import type { ServerEnv } from './server-context.ts';

const PAGE = 'index.html';
const BASE = 'href="/"';
/** Where the build puts the page, seen from here and from the build alike. */
const WEB = fileURLToPath(new URL('../../dist/server/web/', import.meta.url));
const { resolve } = createRequire(import.meta.url);
/** The styles of libraries, by their names among the files of the page. */
const LIBRARY_STYLES: Readonly<Record<string, string>> = {
  'uplot/uPlot.min.css': resolve('uplot/dist/uPlot.min.css'),
  'xterm/xterm.css': resolve('@xterm/xterm/css/xterm.css'),
};

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  map: 'application/json',
};

/** Nothing of the page comes from anywhere else, and nothing in it is inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'self'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tag: string;
  readonly type: string;
}

/**
 * The page at `/`, and its files. They are read once. Its addresses are relative to the base path; without one to the address of
 * the page, so that a proxy may serve it below any path.
 */
export function dashboardRoutes(basePath: string): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>();
  const assets = new Map<string, Asset>();
  const asset = async (path: string): Promise<Asset> => {
    const found = assets.get(path) ?? (await load(path, basePath));
    // Only files that were read: clients can request any name, and a failure may succeed the next time.
    assets.set(path, found);
    return found;
  };
  app.get('/', async (c) => answer(c.req.header('if-none-match'), await asset(PAGE)));
  app.get('/assets/*', async (c) =>
    answer(c.req.header('if-none-match'), await asset(c.req.path.slice('/assets/'.length))),
  );
  return app;
}

/** Letters, digits, dashes and single dots in at most three folders: no path leads out of the directory. */
const NAME = /^(?:[\w-]+\/){0,3}[\w-]+(?:\.[\w-]+)*\.([a-z]+)$/;

/** @throws RKT_ERR_ROUTE, and what has run out when a file of the page cannot be read for now */
async function load(path: string, basePath: string): Promise<Asset> {
  const type = TYPES[NAME.exec(path)?.[1] ?? ''];
  if (type === undefined) throw noSuchFile();
  const file = LIBRARY_STYLES[path] ?? join(WEB, path);
  const stored = await readFile(file).catch((error: unknown) => {
    throw exhaustionCode(error) === undefined ? noSuchFile() : error;
  });
  const bytes =
    path === PAGE
      ? Buffer.from(stored.toString().replace(BASE, `href="${basePath === '' ? '.' : basePath}/"`))
      : stored;
  const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes: new Uint8Array(bytes), tag, type };
}

function noSuchFile(): RktError {
  return new RktError('RKT_ERR_ROUTE', 'There is no such file');
}

function answer(known: string | undefined, { bytes, tag, type }: Asset): Response {
  // Asked for anew each time, and sent only when it has changed: an update shows at the next load.
  const headers = { ETag: tag, 'Cache-Control': 'no-cache', 'Content-Security-Policy': PAGE_POLICY };
  if (known === tag) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers: { ...headers, 'Content-Type': type } });
}
