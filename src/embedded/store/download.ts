import { createWriteStream, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RktContext } from '../context.ts';
import { RktFailure, errnoText } from '../context.ts';
import { beyondLimit, imageLimits } from '../aci/image-limits.ts';
import { formatSize } from '../text.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { downloadMeter } from './download-meter.ts';
import { temporaryPath } from './temporary.ts';
import type { StoredImage } from './lookup.ts';
import type { StorePaths } from './paths.ts';

const MAX_REDIRECTS = 10;
const IDLE_TIMEOUT_MS = 60_000;
/** An armored signature has a few hundred bytes. */
const SIGNATURE_BYTES = 1024 * 1024;

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
  const file = `${temporaryPath(paths, 'download')}.aci`;
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
  const limits = imageLimits(ctx);
  const isImage = what === 'ACI';
  const maxBytes = isImage ? limits.downloadBytes : SIGNATURE_BYTES;
  const tooLarge = (bytes: number): RktFailure =>
    isImage
      ? beyondLimit('downloadBytes', limits, `the download has ${formatSize(bytes)} or more`)
      : new RktFailure(`the signature file has more than ${formatSize(SIGNATURE_BYTES)}`);
  try {
    const response = await request(ctx, url, MAX_REDIRECTS);
    const announced = Number(response.headers['content-length'] ?? 0);
    if (announced > maxBytes) {
      response.destroy();
      throw tooLarge(announced);
    }
    const meter = downloadMeter(limits, maxBytes, tooLarge);
    await pipeline(response, meter, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    const text = errnoText(error) ?? reasonOf(error);
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
        // nothing in its body matters, and it may have no end
        response.destroy();
        const next = redirectOf(response, url, redirects);
        if (typeof next === 'string') resolve(request(ctx, next, redirects - 1));
        else reject(next);
      }
    };
    const outgoing = url.startsWith('https:')
      ? httpsGet(url, options, onResponse)
      : httpGet(url, options, onResponse);
    const late = setTimeout(
      () => outgoing.destroy(new Error(`no answer for ${IDLE_TIMEOUT_MS / 1000} s`)),
      IDLE_TIMEOUT_MS,
    );
    outgoing.on('response', () => clearTimeout(late));
    outgoing.on('close', () => clearTimeout(late));
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
