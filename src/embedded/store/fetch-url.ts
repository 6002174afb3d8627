import type { RktContext } from '../embedded-context.ts';
import { download, type CacheHints, type Source } from './download.ts';
import type { StoredImage } from './lookup.ts';
import { loadImage } from './lookup.ts';
import type { StorePaths } from './paths.ts';
import { isFresh, readRemote, writeRemote, type Remote } from './remotes.ts';

/** Imports a downloaded image with its signature file. @throws RktFailure when it is not the image that was asked for */
type Import = (file: string, signature: string) => Promise<StoredImage>;

/**
 * Fetches an image by its URLs. The one in the store is used again while the server's max-age says so, or when the server
 * says by the ETag that it has not changed; but never an image whose signature was not verified in place of one whose
 * signature has to be.
 */
export async function fetchUrl(
  ctx: RktContext,
  paths: StorePaths,
  source: Pick<Source, 'aci' | 'asc'>,
  take: Import,
): Promise<StoredImage> {
  const mustVerify = !ctx.insecure.has('image');
  const known = readRemote(paths, source.aci);
  const usable = known !== undefined && (known.isVerified === true || !mustVerify) ? known : undefined;
  if (usable !== undefined && isFresh(usable, Date.now())) return loadImage(paths, usable.id);
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
