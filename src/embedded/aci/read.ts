import type { Readable } from 'node:stream';
import { RktFailure } from '../embedded-context.ts';
import { ByteReader } from './byte-reader.ts';
import type { ImageLimits } from './image-limits.ts';
import { DEFAULT_LIMITS, beyondLimit } from './image-limits.ts';
import { EntryMeter, shortened } from './meter.ts';
import type { MemberHeader } from './tar-assembler.ts';
import { TarAssembler } from './tar-assembler.ts';
import { BLOCK, isZero, padded } from './tar-block.ts';

/** One member of an image's tar. */
export interface TarMember extends Omit<MemberHeader, 'name' | 'size' | 'pax' | 'isGnuSparse'> {
  /** Components of the cleaned path; `..` cannot leave the top. Empty for the top itself. */
  readonly path: readonly string[];
  /** Content of a regular file, to be consumed before the next member. */
  readonly content: AsyncIterable<Buffer>;
}

/** Cleans a path of a tar: no empty or `.` components, `..` stops at the top. */
export function cleanPath(name: string): string[] {
  const path: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') path.pop();
    else if (part !== '' && part !== '.') path.push(part);
  }
  return path;
}

/**
 * Members of a tar in order. The caller need not read contents it does not want.
 *
 * @throws RktFailure when the archive is broken, beyond a limit, or holds members of a kind no image may have
 */
export async function* readTar(
  tar: Readable,
  meter = new EntryMeter(DEFAULT_LIMITS),
): AsyncGenerator<TarMember> {
  const bytes = new ByteReader(tar);
  const assembler = new TarAssembler();
  try {
    for (let block = await bytes.take(BLOCK); block !== undefined; block = await bytes.take(BLOCK)) {
      // to the end of the stream, not of the archive: what compresses it has its checksum there
      if (isZero(block)) continue;
      const step = assembler.block(block);
      if (step.kind === 'extension') assembler.extension(await extension(bytes, step.bytes));
      else yield* memberOf(bytes, step.header, meter);
    }
  } finally {
    tar.destroy();
  }
}

async function extension(bytes: ByteReader, length: number): Promise<Buffer> {
  const body = await bytes.take(padded(length));
  if (body === undefined && length > 0) throw new RktFailure('unexpected EOF');
  return (body ?? Buffer.alloc(0)).subarray(0, length);
}

async function* memberOf(
  bytes: ByteReader,
  header: MemberHeader,
  meter: EntryMeter,
): AsyncGenerator<TarMember> {
  const { name, size, pax, isGnuSparse, ...facts } = header;
  const path = cleanPath(name);
  if (isGnuSparse || pax.has('GNU.sparse.major') || pax.has('GNU.sparse.size'))
    throw new RktFailure(`tar: unsupported type of ${shortened(name)}: sparse`);
  meter.count(name, path);
  const content = contentOf(bytes, size);
  yield { ...facts, path, content };
  while ((await content.next()).done !== true) continue;
}

/** So many bytes, and then what fills their last block. A caller that stops in between leaves the rest to be read. */
function contentOf(bytes: ByteReader, size: number): AsyncIterableIterator<Buffer> {
  let left = size;
  let filling = padded(size) - size;
  return {
    async next(): Promise<IteratorResult<Buffer>> {
      if (left === 0) {
        await skipPadding();
        return { done: true, value: undefined };
      }
      const chunk = await bytes.some(left);
      if (chunk === undefined) throw new RktFailure('unexpected EOF');
      left -= chunk.length;
      return { done: false, value: chunk };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  async function skipPadding(): Promise<void> {
    const rest = filling;
    filling = 0;
    if (rest > 0 && (await bytes.take(rest)) === undefined) throw new RktFailure('unexpected EOF');
  }
}

/**
 * The text of the `manifest` member, wherever in the tar it is. The whole tar is read, and so checked.
 *
 * @throws RktFailure `missing manifest`, or what is beyond a limit
 */
export async function readManifestText(tar: Readable, limits: ImageLimits = DEFAULT_LIMITS): Promise<string> {
  let text: string | undefined;
  for await (const member of readTar(tar, new EntryMeter(limits))) {
    if (text !== undefined || member.path.join('/') !== 'manifest' || member.type !== 'file') continue;
    text = await contentText(member.content, limits);
  }
  if (text === undefined) throw new RktFailure('missing manifest');
  return text;
}

async function contentText(content: AsyncIterable<Buffer>, limits: ImageLimits): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > limits.manifestBytes)
      throw beyondLimit('manifestBytes', limits, 'the manifest of the image is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
