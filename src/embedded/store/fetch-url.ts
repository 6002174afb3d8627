import type { RktContext } from '../embedded-context.ts';
import { download, type CacheHints, type Source } from './download.ts';
import type { StoredImage } from './lookup.ts';
import { loadImage } from './lookup.ts';
import type { StorePaths } from './paths.ts';
import { takePullDirectory } from './pull-directory.ts';
import { isFresh, readRemote, writeRemote, type Remote } from './remotes.ts';

/** Imports a downloaded image with its signature file. @throws RktFailure when it is not the image that was asked for */
type Import = (file: string, signature: string) => Promise<StoredImage>;

/**
 * Fetches an image by its URLs. The one in the store is used again while the server's max-age says so, or when the server
 * says by the ETag that it has not changed; but never an image whose signature was not verified in place of one whose
 * signature has to be. Commands that want the same URL at the same time download it once.
 */
export async function fetchUrl(
  ctx: RktContext,
  paths: StorePaths,
  source: Pick<Source, 'aci' | 'asc'>,
  take: Import,
): Promise<StoredImage> {
  const usable = usableRemote(ctx, paths, source.aci);
  const startedMs = Date.now();
  if (usable !== undefined && isFresh(usable, startedMs)) return loadImage(paths, usable.id);
  const directory = await takePullDirectory(ctx, paths.pulls, source.aci);
  try {
    const got = directory.hasWaited ? usableRemote(ctx, paths, source.aci) : undefined;
    if (got !== undefined && got.downloadedAtMs >= startedMs) return loadImage(paths, got.id);
    return await fetchNow(ctx, paths, source, take);
  } finally {
    await directory.release();
  }
}

function usableRemote(ctx: RktContext, paths: StorePaths, url: string): Remote | undefined {
  const known = readRemote(paths, url);
  return known?.isVerified === true || ctx.insecure.has('image') ? known : undefined;
}

async function fetchNow(
  ctx: RktContext,
  paths: StorePaths,
  source: Pick<Source, 'aci' | 'asc'>,
  take: Import,
): Promise<StoredImage> {
  const mustVerify = !ctx.insecure.has('image');
  const usable = usableRemote(ctx, paths, source.aci);
  const etag = usable?.etag;
  const { image, ...hints } = await download(
    ctx,
    paths,
    { ...source, ...(etag === undefined ? {} : { etag }) },
    take,
  );
  const isVerified = image === undefined ? usable?.isVerified === true : mustVerify;
  const got = image ?? loadImage(paths, usable?.id ?? '');
  writeRemote(paths, remoteOf(source.aci, got.id, isVerified, hints));
  return got;
}

function remoteOf(url: string, id: string, isVerified: boolean, hints: CacheHints): Remote {
  return { url, id, downloadedAtMs: Date.now(), isVerified, ...hints };
}
