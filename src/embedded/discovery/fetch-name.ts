import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import type { ImageManifest } from '../manifest/aci-manifest.ts';
import { fetchUrl } from '../store/fetch-url.ts';
import type { ImageName, StoredImage } from '../store/lookup.ts';
import type { StorePaths } from '../store/paths.ts';
import { discoverImage, platformLabels } from './discover.ts';
import { trustKeysOf } from './trust-keys.ts';

/** Imports a downloaded image with its signature file, if `check` does not throw. */
type Import = (
  file: string,
  signature: string,
  check: (manifest: ImageManifest) => void,
) => Promise<StoredImage>;

/**
 * Fetches an image by its name: finds its URL by discovery, its keys too where none is trusted, and imports it.
 *
 * @throws RktFailure when nothing is discovered, or the URL gives an image of another name or with other labels
 */
export async function fetchName(
  ctx: RktContext,
  paths: StorePaths,
  name: ImageName,
  take: Import,
): Promise<StoredImage> {
  const endpoint = await discoverImage(ctx, name);
  if (!ctx.insecure.has('image')) await trustKeysOf(ctx, name.name);
  const image = await fetchUrl(ctx, paths, endpoint, (file, signature) =>
    take(file, signature, (manifest) => requireSame(manifest, name)),
  );
  // the store may have got it by its URL, under no name at all
  requireSame(image.manifest, name);
  return image;
}

/** A version that was not asked for may be any. */
function requireSame(manifest: ImageManifest, { name, labels }: ImageName): void {
  if (manifest.name !== name) {
    throw new RktFailure(
      `the server gave the image ${JSON.stringify(manifest.name)} instead of ${JSON.stringify(name)}`,
    );
  }
  const wanted = [...labels, ...platformLabels()].filter(
    (label, at, all) => all.findIndex((other) => other.name === label.name) === at,
  );
  for (const label of wanted) {
    const got = manifest.labels?.find((other) => other.name === label.name)?.value;
    if (got === label.value) continue;
    const what = got === undefined ? 'without' : `with ${JSON.stringify(got)} for`;
    throw new RktFailure(
      `the server gave an image ${what} the label ${JSON.stringify(label.name)}, which should be ${JSON.stringify(label.value)}`,
    );
  }
}
