import { readSync } from 'node:fs';
import type { EntryMeter } from '../aci/meter.ts';
import type { MemberHeader } from '../aci/tar-assembler.ts';
import { TarAssembler } from '../aci/tar-assembler.ts';
import { BLOCK, isZero, padded } from '../aci/tar-block.ts';
import { RktFailure } from '../embedded-context.ts';
import type { Segment } from './sparse.ts';
import { sparseFile } from './sparse.ts';

/** Content of a file in an unpacked layer. */
export interface FileContent {
  /** Descriptor of the layer. */
  readonly fd: number;
  /** Where its data begins. */
  readonly position: number;
  readonly size: number;
  /** Where the data belongs, of a file with holes. */
  readonly segments?: readonly Segment[];
}

/** A member of a layer. */
export interface LayerEntry {
  readonly header: MemberHeader;
  readonly name: string;
  /** Of regular files alone. */
  readonly content?: FileContent;
}

/**
 * The members of an unpacked layer, up to the end of the archive as the tar says it; the contents are not read.
 *
 * @throws RktFailure when it is broken or beyond a limit
 */
export function* layerEntries(fd: number, layerBytes: number, meter: EntryMeter): Generator<LayerEntry> {
  const assembler = new TarAssembler();
  let zeros = 0;
  for (let at = 0; at < layerBytes && zeros < 2;) {
    const block = readExactly(fd, at, BLOCK);
    at += BLOCK;
    if (isZero(block)) {
      zeros += 1;
      continue;
    }
    zeros = 0;
    const step = assembler.block(block);
    if (step.kind === 'extension') {
      assembler.extension(readExactly(fd, at, step.bytes));
      at += padded(step.bytes);
      continue;
    }
    const { header } = step;
    if (at + header.size > layerBytes) throw new RktFailure('unexpected EOF');
    const start = at;
    const entry = entryOf(fd, start, header, block);
    meter.count(entry.name, entry.name.split('/').filter(isPart));
    yield entry;
    at += padded(header.size) + (header.isGnuSparse ? mapBytesOf(entry, start) : 0);
  }
}

function isPart(part: string): boolean {
  return part !== '' && part !== '.';
}

function entryOf(fd: number, at: number, header: MemberHeader, block: Buffer): LayerEntry {
  const { name, size } = header;
  if (header.type !== 'file') return { header, name };
  const sparse = sparseFile(header, block, (offset, bytes) => readExactly(fd, at + offset, bytes));
  if (sparse === undefined) return { header, name, content: { fd, position: at, size } };
  const content = { fd, position: at + sparse.mapBytes, size: sparse.size, segments: sparse.segments };
  return { header, name: sparse.name, content };
}

/** GNU does not count these blocks as part of the content. */
function mapBytesOf({ content }: LayerEntry, start: number): number {
  return (content?.position ?? start) - start;
}

function readExactly(fd: number, position: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  if (readSync(fd, buffer, 0, bytes, position) !== bytes) throw new RktFailure('unexpected EOF');
  return buffer;
}
