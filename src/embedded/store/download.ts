import { createWriteStream, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, errnoText } from '../embedded-context.ts';
import { beyondLimit, imageLimits } from '../aci/image-limits.ts';
import { formatSize } from '../command-line/text.ts';
import { hostHeaders } from '../http/host-credentials.ts';
import { httpGet, requireOk } from '../http/get.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { Progress } from '../registry/progress.ts';
import { downloadMeter } from './download-meter.ts';
import { temporaryPath } from './temporary.ts';
import type { StoredImage } from './lookup.ts';
import type { StorePaths } from './paths.ts';

/** An armored signature has a few hundred bytes. */
const SIGNATURE_BYTES = 1024 * 1024;

/** What is to be downloaded. */
export interface Source {
  readonly aci: string;
  readonly asc: string;
  /** What the server called the version that the store has: when it is still the same, nothing is downloaded. */
  readonly etag?: string;
}

/** What a server said about using a download again. */
export interface CacheHints {
  readonly etag?: string;
  readonly maxAgeS?: number;
}

/** An image that was downloaded. `image` is undefined when it has not changed since the given ETag. */
export interface Download extends CacheHints {
  readonly image: StoredImage | undefined;
}

/** Imports a downloaded image with its signature file. */
type Import = (file: string, signature: string) => Promise<StoredImage>;

/** Downloads an image (and, unless `image` is insecure, its signature) and imports it. */
export async function download(
  ctx: RktContext,
  paths: StorePaths,
  { aci, asc, etag }: Source,
  take: Import,
): Promise<Download> {
  const file = `${temporaryPath(paths, 'download')}.aci`;
  const signature = `${file}.asc`;
  try {
    if (ctx.debug) ctx.stderr(`image: downloading ${aci}\n`);
    if (!ctx.insecure.has('image')) await save(ctx, { url: asc, file: signature, what: 'signature' });
    const response = await save(ctx, { url: aci, file, what: 'ACI', etag });
    const image = response.statusCode === 304 ? undefined : await take(file, signature);
    return { image, ...cacheHints(response) };
  } finally {
    rmSync(file, { force: true });
    rmSync(signature, { force: true });
  }
}

interface Saving {
  readonly url: string;
  readonly file: string;
  readonly what: 'ACI' | 'signature';
  readonly etag?: string | undefined;
}

/** Writes what a URL gives into a new file; with an ETag that is still the same, the status is 304 and there is no file. */
async function save(ctx: RktContext, { url, file, what, etag }: Saving): Promise<IncomingMessage> {
  const limits = imageLimits(ctx);
  const maxBytes = what === 'ACI' ? limits.downloadBytes : SIGNATURE_BYTES;
  const tooLarge = (bytes: number): RktFailure =>
    what === 'ACI'
      ? beyondLimit('downloadBytes', limits, `the download has ${formatSize(bytes)} or more`)
      : new RktFailure(`the signature file has more than ${formatSize(SIGNATURE_BYTES)}`);
  try {
    const response = await httpGet(ctx, url, {
      hostHeaders: hostHeaders(ctx),
      ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    });
    if (etag !== undefined && response.statusCode === 304) {
      response.destroy();
      return response;
    }
    requireOk(response);
    const announced = Number(response.headers['content-length'] ?? 0);
    if (announced > maxBytes) {
      response.destroy();
      throw tooLarge(announced);
    }
    const progress = new Progress(ctx);
    // how far it is can only be said where the server says how much there is
    const onBytes = what === 'ACI' && announced > 0 ? progress.add('ACI', announced) : undefined;
    try {
      const meter = downloadMeter(limits, { maxBytes, tooLarge, onBytes });
      await pipeline(response, meter, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    } finally {
      progress.end();
    }
    return response;
  } catch (error) {
    const text = errnoText(error) ?? reasonOf(error);
    throw new RktFailure('', [`error downloading the ${what} file`, text]);
  }
}

function cacheHints({ headers }: IncomingMessage): CacheHints {
  const maxAge = /(?:^|[\s,])max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1];
  return {
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(maxAge === undefined ? {} : { maxAgeS: Number(maxAge) }),
  };
}
