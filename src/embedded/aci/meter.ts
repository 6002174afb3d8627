import { Transform } from 'node:stream';
import { RktFailure } from '../embedded-context.ts';
import type { ImageLimits } from './image-limits.ts';
import { beyondLimit } from './image-limits.ts';
import { formatSize } from '../command-line/text.ts';

/** Linux opens no longer path, and no longer name in a directory. */
const PATH_BYTES = 4095;
const NAME_BYTES = 255;

/** Passes on what an image file of `fileBytes` uncompresses to, and fails as soon as it is beyond a limit. */
export function unpackMeter(limits: ImageLimits, fileBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(unpackProblem(limits, fileBytes, bytes), chunk);
    },
  });
}

function unpackProblem(limits: ImageLimits, fileBytes: number, bytes: number): RktFailure | null {
  if (bytes > limits.unpackedBytes)
    return beyondLimit('unpackedBytes', limits, `the image unpacks to more than ${formatSize(bytes)}`);
  const ratio = bytes / Math.max(fileBytes, 1);
  if (bytes <= limits.compressionRatioFromBytes || ratio <= limits.compressionRatio) return null;
  const found = `the image file of ${formatSize(fileBytes)} unpacks to more than ${formatSize(bytes)}, ${Math.floor(ratio)} times its size`;
  return beyondLimit('compressionRatio', limits, found);
}

/** Counts the members of one or more tars and checks their paths. */
export class EntryMeter {
  readonly #limits: ImageLimits;
  #entries = 0;

  constructor(limits: ImageLimits) {
    this.#limits = limits;
  }

  /** @throws RktFailure for one member too many, or a path that is too deep or too long for Linux */
  count(name: string, path: readonly string[]): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries)
      throw beyondLimit('entries', this.#limits, `the image has more than ${this.#limits.entries} files`);
    if (path.length > this.#limits.depth) {
      const found = `a path of the image has ${path.length} components: ${shortened(name)}`;
      throw beyondLimit('depth', this.#limits, found);
    }
    const bytes = Buffer.byteLength(name);
    if (bytes > PATH_BYTES)
      throw new RktFailure(
        `a path of the image has ${bytes} bytes, Linux takes ${PATH_BYTES}: ${shortened(name)}`,
      );
    const long = path.find((part) => Buffer.byteLength(part) > NAME_BYTES);
    if (long !== undefined)
      throw new RktFailure(`a file name of the image is longer than ${NAME_BYTES} bytes: ${shortened(long)}`);
  }
}

/** The beginning of a name, quoted, on one line. */
export function shortened(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
