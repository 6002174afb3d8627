import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from '../../model/reason-of.ts';
import type { RktContext } from '../context.ts';
import { RktFailure } from '../context.ts';
import type { StoredImage } from './lookup.ts';
import type { StorePaths } from './paths.ts';

const MAX_REDIRECTS = 10;
const IDLE_TIMEOUT_MS = 60_000;

/** Imports a downloaded image with its signature file. */
type Import = (file: string, signature: string) => Promise<StoredImage>;

/** The failure for a URL that may not be fetched and is not in the store. */
export function remoteFailure(url: string): RktFailure {
  return new RktFailure(
    `unable to fetch image from URL ${JSON.stringify(url)}: either image was not found in the store or ` +
      'store was disabled and fetching from remote yielded nothing or it was disabled',
  );
}

/** Downloads an image (and, unless `image` is insecure, its signature from URL.asc) and imports it. */
export async function download(
  ctx: RktContext,
  paths: StorePaths,
  url: string,
  take: Import,
): Promise<StoredImage> {
  if (extname(new URL(url).pathname) !== '.aci')
    throw new RktFailure(`invalid image string ${JSON.stringify(url)}`);
  const file = join(paths.tmp, `download-${randomUUID()}.aci`);
  const signature = `${file}.asc`;
  try {
    if (ctx.debug) ctx.stderr(`image: downloading ${url}\n`);
    if (!ctx.insecure.has('image')) await save(ctx, `${url}.asc`, signature, 'signature');
    await save(ctx, url, file, 'ACI');
    return await take(file, signature);
  } finally {
    rmSync(file, { force: true });
    rmSync(signature, { force: true });
  }
}

async function save(ctx: RktContext, url: string, file: string, what: string): Promise<void> {
  try {
    await pipeline(
      await request(ctx, url, MAX_REDIRECTS),
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
    );
  } catch (error) {
    const text = reasonOf(error);
    throw new RktFailure('', [`error downloading the ${what} file`, text]);
  }
}

function request(ctx: RktContext, url: string, redirects: number): Promise<IncomingMessage> {
  const options = {
    timeout: IDLE_TIMEOUT_MS,
    ...(ctx.insecure.has('tls') ? { rejectUnauthorized: false } : {}),
  };
  return new Promise((resolve, reject) => {
    const onResponse = (response: IncomingMessage): void => {
      if (response.statusCode === 200) resolve(response);
      else {
        response.resume();
        const next = redirectOf(response, url, redirects);
        if (typeof next === 'string') resolve(request(ctx, next, redirects - 1));
        else reject(next);
      }
    };
    const outgoing = url.startsWith('https:')
      ? httpsGet(url, options, onResponse)
      : httpGet(url, options, onResponse);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${IDLE_TIMEOUT_MS / 1000} s`)));
    outgoing.on('error', (error) => {
      reject(new Error(`Get "${url}": ${error.message}`));
    });
  });
}

/** Where a response sends us, or why it is not followed. */
function redirectOf(
  { statusCode = 0, headers }: IncomingMessage,
  url: string,
  redirects: number,
): string | Error {
  const { location } = headers;
  if (location === undefined || statusCode < 300 || statusCode > 399) {
    return new Error(`bad HTTP status code: ${statusCode}`);
  }
  if (redirects === 0) return new Error(`stopped after ${MAX_REDIRECTS} redirects`);
  const next = URL.canParse(location, url) ? new URL(location, url).href : '';
  const allowed = url.startsWith('https:') ? /^https:/ : /^https?:/;
  return allowed.test(next) ? next : new Error(`refused a redirect to ${location}`);
}
