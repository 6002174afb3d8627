import { wrapFailure } from '../embedded-context.ts';
import type { ManifestDependency } from '../manifest/manifest-types.ts';
import type { ImageName, StoredImage } from './lookup.ts';
import { findByName, loadImage, resolveId } from './lookup.ts';
import type { StorePaths } from './paths.ts';
import { readRecords } from './store-records.ts';

/** The image in the store that a dependency means, by its id or else by name and labels. */
export function storedDependency(paths: StorePaths, dependency: ManifestDependency): StoredImage | undefined {
  const { imageID, imageName, labels = [] } = dependency;
  if (imageID === undefined) return findByName(paths, { name: imageName, labels });
  const isStored = readRecords(paths).some(({ id }) => id.startsWith(imageID) || imageID.startsWith(id));
  return isStored ? loadImage(paths, resolveId(paths, imageID)) : undefined;
}

/**
 * Fetches what the store lacks of an image's dependencies, and of theirs.
 *
 * @throws RktFailure that names the first dependency that cannot be fetched
 */
export async function fetchDependencies(
  paths: StorePaths,
  image: StoredImage,
  fetch: (name: ImageName) => Promise<StoredImage>,
): Promise<void> {
  const seen = new Set<string>();
  const images = [image];
  for (const { manifest } of images) {
    for (const dependency of manifest.dependencies ?? []) {
      const key = JSON.stringify(dependency);
      if (seen.has(key)) continue;
      seen.add(key);
      images.push(storedDependency(paths, dependency) ?? (await fetchOne(dependency, fetch)));
    }
  }
}

async function fetchOne(
  { imageName: name, labels = [] }: ManifestDependency,
  fetch: (name: ImageName) => Promise<StoredImage>,
): Promise<StoredImage> {
  try {
    return await fetch({ name, labels });
  } catch (error) {
    throw wrapFailure(
      error,
      `the dependency ${JSON.stringify(name)} is not in the local store and cannot be fetched`,
    );
  }
}
