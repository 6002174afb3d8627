import type { MemberHeader } from '../aci/tar-assembler.ts';
import { BLOCK, numberAt, padded } from '../aci/tar-block.ts';
import { shortened } from '../aci/meter.ts';
import { RktFailure } from '../embedded-context.ts';

/** Data of a file with holes: where it is in the file, and how many bytes. */
export interface Segment {
  readonly offset: number;
  readonly bytes: number;
}

/** How a file with holes is stored: its name and size, its data, and how many bytes of the archive the map itself takes. */
export interface SparseFile {
  readonly name: string;
  readonly size: number;
  readonly segments: readonly Segment[];
  readonly mapBytes: number;
}

/** Reads from the archive, relative to the end of the member's header. @throws RktFailure when it has ended */
type ReadAt = (offset: number, bytes: number) => Buffer;

const ENTRY_BYTES = 24;
const MAX_SEGMENTS = 100_000;

/**
 * The map of a file with holes in one of the four formats that tar has; undefined for a file without.
 *
 * @param block the member's header block
 * @throws RktFailure when the map is not sound
 */
export function sparseFile(header: MemberHeader, block: Buffer, readAt: ReadAt): SparseFile | undefined {
  const found = header.isGnuSparse ? oldGnu(header, block, readAt) : ofPax(header, readAt);
  if (found !== undefined) checkMap(header, found);
  return found;
}

/** Four entries in the header, and blocks of 21 behind it. */
function oldGnu(header: MemberHeader, block: Buffer, readAt: ReadAt): SparseFile {
  const numbers: number[] = [];
  const take = (from: Buffer, at: number, count: number): void => {
    for (let i = 0; i < count; i += 1) {
      const entry = from.subarray(at + i * ENTRY_BYTES, at + (i + 1) * ENTRY_BYTES);
      if (entry[0] !== 0) numbers.push(numberAt(entry, 0, 12), numberAt(entry, 12, 12));
    }
  };
  take(block, 386, 4);
  let mapBytes = 0;
  for (let more = block[482] === 1; more; mapBytes += BLOCK) {
    const next = readAt(mapBytes, BLOCK);
    take(next, 0, 21);
    more = next[504] === 1;
    if (numbers.length > 2 * MAX_SEGMENTS) throw unsound(header);
  }
  return { name: header.name, size: numberAt(block, 483, 12), segments: pairs(numbers), mapBytes };
}

/** In records of the extended header (0.0 and 0.1), or in front of the data (1.0). */
function ofPax(header: MemberHeader, readAt: ReadAt): SparseFile | undefined {
  const text = (key: string): string | undefined => header.pax.get(`GNU.sparse.${key}`)?.toString();
  const version = `${text('major') ?? '0'}.${text('minor') ?? '0'}`;
  const name = text('name') ?? header.name;
  const size = Number(text('realsize') ?? text('size') ?? NaN);
  if (version === '1.0') return { name, size, ...mapInData(header, readAt) };
  const map = text('map');
  // the first format repeats a key for each segment, which GNU tar gave up in 2006
  if (map === undefined && header.pax.has('GNU.sparse.offset')) throw unsound(header);
  if (map === undefined) return undefined;
  const numbers = map === '' ? [] : map.split(',').map(Number);
  return { name, size, segments: pairs(numbers), mapBytes: 0 };
}

/** Decimal numbers on lines of their own: how many entries, and then the entries. */
function mapInData(header: MemberHeader, readAt: ReadAt): Pick<SparseFile, 'segments' | 'mapBytes'> {
  let text = '';
  let bytes = 0;
  const lines = (): readonly string[] => text.split('\n').slice(0, -1);
  const isWhole = (): boolean => lines().length >= 1 && lines().length > 2 * Number(lines()[0]);
  while (!isWhole()) {
    if (bytes >= padded(header.size) || bytes > MAX_SEGMENTS * 16) throw unsound(header);
    text += readAt(bytes, BLOCK).toString('latin1');
    bytes += BLOCK;
  }
  const [count = '', ...numbers] = lines();
  return { segments: pairs(numbers.slice(0, 2 * Number(count)).map(Number)), mapBytes: bytes };
}

function pairs(numbers: readonly number[]): readonly Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2)
    segments.push({ offset: numbers[i] ?? NaN, bytes: numbers[i + 1] ?? NaN });
  return segments;
}

function checkMap(header: MemberHeader, { size, segments, mapBytes }: SparseFile): void {
  let end = 0;
  let stored = header.isGnuSparse ? 0 : mapBytes;
  for (const { offset, bytes } of segments) {
    if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(bytes) && bytes >= 0 && offset >= end))
      throw unsound(header);
    end = offset + bytes;
    stored += bytes;
  }
  if (!Number.isSafeInteger(size) || end > size || stored > header.size || segments.length > MAX_SEGMENTS)
    throw unsound(header);
}

function unsound({ name }: MemberHeader): RktFailure {
  return new RktFailure(`tar: invalid map of the sparse file ${shortened(name)}`);
}
