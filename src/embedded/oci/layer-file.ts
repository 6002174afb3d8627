import { createHash } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { archiveErrorText, throughProgram } from '../aci/decompress.ts';
import type { ImageLimits } from '../aci/image-limits.ts';
import { beyondLimit } from '../aci/image-limits.ts';
import { unpackMeter } from '../aci/meter.ts';
import { RktFailure, errnoText, prefixFailure } from '../embedded-context.ts';
import { formatSize } from '../command-line/text.ts';
import type { LayerBlob } from './oci-image.ts';

type Compression = 'gzip' | 'zstd' | 'xz' | 'bzip2';

const MAGIC: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['bzip2', Buffer.from('BZh')],
];

/** Node.js has zstd since 22.15; before that, as for the others, a program does it. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream };

/** How many bytes the layers of an image may still unpack to. */
export class LayerBudget {
  readonly #limits: ImageLimits;
  #bytes = 0;

  constructor(limits: ImageLimits) {
    this.#limits = limits;
  }

  /** @throws RktFailure when all layers together are beyond the limit */
  spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.unpackedBytes)
      throw beyondLimit(
        'unpackedBytes',
        this.#limits,
        `the layers of the image unpack to more than ${formatSize(this.#bytes)}`,
      );
  }
}

/** Where a layer is unpacked to, and what limits it. */
export interface Unpacking {
  /** The file of the plain tar; it must not exist. */
  readonly target: string;
  readonly limits: ImageLimits;
  readonly budget: LayerBudget;
}

/**
 * Unpacks a layer to a plain tar in a file. How it is compressed is seen by its content: media types are often wrong.
 *
 * @param diffId `sha256:…` of the tar, as the config of the image has it
 * @throws RktFailure when it is broken, beyond a limit, or another layer
 */
export async function unpackLayer(
  layer: LayerBlob,
  diffId: string,
  { target, limits, budget }: Unpacking,
): Promise<void> {
  const [algorithm = ''] = diffId.split(':');
  const hash = createHash(algorithm);
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await unpackTo(layer.file, layer.bytes, { target, limits, watchers: [spending(budget), hashing] });
  } catch (error) {
    throw prefixFailure(error, `cannot unpack layer ${layer.digest}`);
  }
  const found = `${algorithm}:${hash.digest('hex')}`;
  if (found !== diffId)
    throw new RktFailure(
      `layer ${layer.digest} unpacks to ${found}, but the config of the image names ${diffId}: the image is damaged`,
    );
}

/** Counts the bytes that pass. */
function spending(budget: LayerBudget): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        budget.spend(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

interface Watched extends Omit<Unpacking, 'budget'> {
  /** They see the bytes of the plain tar. */
  readonly watchers: readonly Transform[];
}

async function unpackTo(file: string, bytes: number, { target, limits, watchers }: Watched): Promise<void> {
  const out = createWriteStream(target, { flags: 'wx', mode: 0o600, highWaterMark: 1 << 20 });
  try {
    await pipeline([...plainTar(file), unpackMeter(limits, bytes), ...watchers, out]);
  } catch (error) {
    throw error instanceof RktFailure ? error : new RktFailure(errnoText(error) ?? archiveErrorText(error));
  }
}

function plainTar(file: string): [Readable, ...NodeJS.ReadWriteStream[]] {
  const compression = compressionOf(file);
  const bytes = (): Readable => createReadStream(file, { highWaterMark: 1 << 18 });
  if (compression === undefined) return [bytes()];
  if (compression === 'gzip') return [bytes(), zlib.createGunzip({ chunkSize: 1 << 18 })];
  if (compression === 'zstd' && createZstdDecompress !== undefined) return [bytes(), createZstdDecompress()];
  return [throughProgram(compression, file)];
}

function compressionOf(file: string): Compression | undefined {
  const head = Buffer.alloc(8);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  return MAGIC.find(([, magic]) => head.subarray(0, magic.length).equals(magic))?.[0];
}

/**
 * The plain tar of an archive: the file itself, or what it unpacks to in `target`.
 *
 * @throws RktFailure when it is broken or beyond a limit
 */
export async function plainLayer(
  file: string,
  bytes: number,
  { target, limits, budget }: Unpacking,
): Promise<string> {
  if (compressionOf(file) === undefined) return file;
  await unpackTo(file, bytes, { target, limits, watchers: [spending(budget)] });
  return target;
}
