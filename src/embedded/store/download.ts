import { createWriteStream, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RktContext } from '../context.ts';
import { RktFailure, errnoText } from '../context.ts';
import { beyondLimit, imageLimits } from '../aci/image-limits.ts';
import { formatSize } from '../text.ts';
import { httpGet, requireOk } from '../http/get.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { downloadMeter } from './download-meter.ts';
import { temporaryPath } from './temporary.ts';
import type { StoredImage } from './lookup.ts';
import type { StorePaths } from './paths.ts';

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
    const response = await httpGet(ctx, url);
    requireOk(response);
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
