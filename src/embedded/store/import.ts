import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { archiveErrorText, openTar } from '../aci/decompress.ts';
import { readManifestText } from '../aci/read.ts';
import { RktFailure } from '../embedded-context.ts';
import type { ImageLimits } from '../aci/image-limits.ts';
import type { ImageManifest } from '../manifest/aci-manifest.ts';
import { parseImageManifest } from '../manifest/aci-manifest.ts';
import type { StorePaths } from './paths.ts';
import { addImage } from './add-image.ts';
import { temporaryPath } from './temporary.ts';

/**
 * Takes an image file into the store: unpacked to a plain tar, named by its hash. A known image is taken again.
 *
 * @param check looks at the manifest before anything is stored; what it throws ends the import
 * @returns the image's id
 * @throws RktFailure when it is no image, its manifest is not valid, or it is beyond a limit
 */
export async function importAci(
  paths: StorePaths,
  file: string,
  limits: ImageLimits,
  check?: (manifest: ImageManifest) => void,
): Promise<string> {
  const temporary = temporaryPath(paths, 'import');
  try {
    const sha512 = await unpack(file, temporary, limits);
    const text = await readManifestText(createReadStream(temporary), limits);
    const manifest = parseImageManifest(text);
    check?.(manifest);
    return addImage(paths, { file: temporary, sha512, manifest });
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Uncompresses into `target` and returns the sha512 of the tar. */
async function unpack(file: string, target: string, limits: ImageLimits): Promise<string> {
  const hash = createHash('sha512');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(openTar(file, limits), hashing, createWriteStream(target, { mode: 0o660, flags: 'wx' }));
  } catch (error) {
    throw error instanceof RktFailure
      ? error
      : new RktFailure('', ['error reading ACI file', archiveErrorText(error)]);
  }
  return hash.digest('hex');
}
