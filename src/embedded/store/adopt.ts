import { statSync } from 'node:fs';
import type { ImageLimits } from '../aci/image-limits.ts';
import { beyondLimit } from '../aci/image-limits.ts';
import { parseImageManifest } from '../manifest/aci-manifest.ts';
import { formatSize } from '../command-line/text.ts';
import { addImage } from './add-image.ts';
import type { StorePaths } from './paths.ts';

/** An uncompressed ACI that this process has written on the file system of the store. */
export interface MadeAci {
  readonly file: string;
  /** Of the file, in hexadecimal digits. */
  readonly sha512: string;
  /** Text of its manifest. */
  readonly manifest: string;
}

/**
 * Moves an ACI into the store without reading it again: who has written it knows its hash and its manifest.
 *
 * @returns the image's id
 * @throws RktFailure when the manifest is not valid, or the file is beyond the limit of unpacked bytes
 */
export function adoptAci(
  paths: StorePaths,
  { file, sha512, manifest }: MadeAci,
  limits: ImageLimits,
): string {
  const bytes = statSync(file).size;
  if (bytes > limits.unpackedBytes)
    throw beyondLimit('unpackedBytes', limits, `the image has ${formatSize(bytes)}`);
  return addImage(paths, { file, sha512, manifest: parseImageManifest(manifest) });
}
