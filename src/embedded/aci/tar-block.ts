import { RktFailure } from '../embedded-context.ts';
import { shortened } from './meter.ts';

export const BLOCK = 512;

/** Kinds of members by the flag of their header; `extended` and the like say something about the member that follows. */
const KINDS = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  S: 'sparse',
  x: 'extended',
  g: 'global',
  K: 'long-link',
  L: 'long-name',
} as const;

export type BlockKind = (typeof KINDS)[keyof typeof KINDS];

/** The header of a member as its one block says it. */
export interface TarBlock {
  readonly kind: BlockKind;
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly linkname: string;
  readonly major: number;
  readonly minor: number;
}

const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a name as text. @throws RktFailure when they are no UTF-8: two names might become one */
export function nameText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  try {
    return utf8.decode(bytes);
  } catch {
    throw new RktFailure(`tar: a file name is not UTF-8: ${shortened(text)}`);
  }
}

/** Reads a header. @throws RktFailure */
export function decodeBlock(block: Buffer): TarBlock {
  checkSum(block);
  const flag = String.fromCharCode(block[156] ?? 0);
  const name = fullName(block);
  if (!Object.hasOwn(KINDS, flag))
    throw new RktFailure(`tar: unsupported type of ${shortened(name)}: ${JSON.stringify(flag)}`);
  const kind = KINDS[flag as keyof typeof KINDS];
  return {
    // old programs write directories so
    kind: kind === 'file' && name.endsWith('/') ? 'directory' : kind,
    name,
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: numberAt(block, 108, 8),
    gid: numberAt(block, 116, 8),
    size: numberAt(block, 124, 12),
    mtimeMs: numberAt(block, 136, 12) * 1000,
    linkname: nameText(stringAt(block, 157, 100)),
    major: numberAt(block, 329, 8),
    minor: numberAt(block, 337, 8),
  };
}

export function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** Bytes of a member's content with what fills its last block. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

/** Some programs add the bytes up as signed ones. */
function checkSum(block: Buffer): void {
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at += 1) {
    const isSum = at >= CHECKSUM_AT && at < CHECKSUM_AT + CHECKSUM_BYTES;
    const byte = isSum ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stated = numberAt(block, CHECKSUM_AT, CHECKSUM_BYTES);
  if (stated !== unsigned && stated !== signed) throw new RktFailure('tar: invalid tar header');
}

function fullName(block: Buffer): string {
  const name = nameText(stringAt(block, 0, 100));
  // GNU writes "ustar " and keeps other things where POSIX has the beginning of the name; star keeps them behind it
  if (block.toString('latin1', 257, 263) !== 'ustar\0') return name;
  const prefix = stringAt(block, 345, block.toString('latin1', 508, 512) === 'tar\0' ? 131 : 155);
  return prefix.length === 0 ? name : `${nameText(prefix)}/${name}`;
}

function stringAt(block: Buffer, at: number, bytes: number): Buffer {
  const field = block.subarray(at, at + bytes);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** A number in octal digits or, with the first bit set, in binary; NaN for neither. */
export function numberAt(block: Buffer, at: number, bytes: number): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) return binaryAt(block, at, bytes, first);
  const text = block.toString('latin1', at, at + bytes).replaceAll(/^[ \0]+|[ \0].*$/gs, '');
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : NaN;
}

function binaryAt(block: Buffer, at: number, bytes: number, first: number): number {
  const isNegative = (first & 0x40) !== 0;
  let value = isNegative ? -1 : 0;
  for (let i = 0; i < bytes; i += 1) {
    // the first bit is the mark, not part of the number
    const byte = i > 0 ? (block[at + i] ?? 0) : isNegative ? first : first & 0x7f;
    value = value * 256 + byte;
  }
  return Number.isSafeInteger(value) ? value : NaN;
}
