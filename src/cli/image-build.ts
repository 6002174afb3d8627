import { createHash } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { openTar, type Compression } from '../embedded/aci/decompress.ts';
import { EntryMeter } from '../embedded/aci/meter.ts';
import { packAci } from '../embedded/aci/pack.ts';
import type { RootfsFile } from '../embedded/aci/rootfs-file.ts';
import { imageLimits, type ImageLimits } from '../embedded/aci/image-limits.ts';
import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import { fileInImage, imageFiles, type ImageContent } from './image-build-files.ts';
import { imageManifest, type ImageDescription } from './image-build-manifest.ts';

/** An image to build. */
export interface ImageRequest extends ImageDescription, ImageContent {
  /** Path of the `.aci`. */
  readonly out: string;
  /** Default gzip. */
  readonly compression?: Compression;
}

export interface BuiltImage {
  /** The id that rkt gives the image: of its uncompressed tar. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

const ID_DIGITS = 64;
/** The configuration directories of the embedded rkt. */
const CONFIG_DIRS = { systemConfigDir: '/usr/lib/rkt', localConfigDir: '/etc/rkt', userConfigDir: undefined };

/**
 * Builds an ACI. The file is created by rename, complete; the same input gives the same bytes.
 *
 * @throws {@link RktError} RKT_ERR_IMAGE_BUILD for an invalid manifest, files that are missing or cannot be read, a
 * program that is not in the image, an output that cannot be written, and exceeded limits of images
 */
export async function buildImage(request: ImageRequest): Promise<BuiltImage> {
  const { name, out: path, compression = 'gzip' } = request;
  const unchecked = `${path}.unchecked`;
  try {
    const limits = imageLimits({ env: process.env, ...CONFIG_DIRS });
    const files = imageFiles(request, new EntryMeter(limits));
    if (request.base === undefined || request.exec.length > 0) checkProgram(request, files);
    await packAci({ files, manifest: imageManifest(request), out: unchecked, compression });
    const id = await imageId(unchecked, limits);
    await rename(unchecked, path);
    return { id, name, path, sizeBytes: (await stat(path)).size };
  } catch (error) {
    await rm(unchecked, { force: true });
    throw error instanceof RktError ? error : buildError(request, error);
  }
}

function checkProgram({ exec, name, base }: ImageRequest, files: readonly RootfsFile[]): void {
  const [program = ''] = exec;
  const fail = (why: string): never => {
    throw new RktError('RKT_ERR_IMAGE_BUILD', `Could not build the image "${name}": ${why}`);
  };
  if (!program.startsWith('/')) fail(`the program "${program}" is not an absolute path in the image`);
  const found = fileInImage(files, program);
  if (found === undefined && base !== undefined) return;
  if (found === undefined) return fail(`it has no ${program} to execute`);
  const isExecutable = found.type === 'link' || (found.type === 'file' && ((found.mode ?? 0) & 0o111) !== 0);
  if (!isExecutable) fail(`its ${program} is not an executable file`);
}

function buildError({ name }: ImageRequest, cause: unknown): RktError {
  const why = reasonOf(cause);
  return new RktError('RKT_ERR_IMAGE_BUILD', `Could not build the image "${name}": ${why}`, { cause });
}

async function imageId(path: string, limits: ImageLimits): Promise<string> {
  const hash = createHash('sha512');
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  await pipeline(openTar(path, limits), sink);
  return `sha512-${hash.digest('hex').slice(0, ID_DIGITS)}`;
}
