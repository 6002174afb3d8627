import { crc32 } from 'node:zlib';

/** The version of the format, in the header of the file and in the magic number of every block. */
export const FORMAT_VERSION = 1;
export const FILE_HEADER_BYTES = 16;
export const BLOCK_HEADER_BYTES = 64;

const FILE_MAGIC = Buffer.from('RKTSREC\n', 'latin1');
/** Of each block: a reader that lost its place in a damaged file searches for it. */
export const BLOCK_MAGIC = Buffer.from('RSB1', 'latin1');
/** A length beyond this is damage, not data. */
const MAX_SECTION_BYTES = 256 * 1024 * 1024;

/** What a block contains, without decompressing it. docs/recording-format.md has the layout. */
export interface BlockHeader {
  /** The block can be read without those before it. */
  readonly beginsGroup: boolean;
  /** Blocks of one group count up from 0: a missing one is noticed. */
  readonly group: number;
  readonly sequence: number;
  /** Of the first and the last record, in ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly documentBytes: number;
  readonly documentRawBytes: number;
  readonly statsBytes: number;
  readonly statsRawBytes: number;
  readonly events: number;
  readonly samples: number;
  readonly payloadCrc: number;
}

export function fileHeader(): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  FILE_MAGIC.copy(header);
  header.writeUInt32LE(FORMAT_VERSION, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** The version in the header of a file; undefined when it is none, or damaged. */
export function fileVersion(header: Buffer): number | undefined {
  if (header.length < FILE_HEADER_BYTES || !header.subarray(0, 8).equals(FILE_MAGIC)) return undefined;
  return crc32(header.subarray(0, 12)) === header.readUInt32LE(12) ? header.readUInt32LE(8) : undefined;
}

export function encodeBlockHeader(block: BlockHeader): Buffer {
  const header = Buffer.alloc(BLOCK_HEADER_BYTES);
  BLOCK_MAGIC.copy(header);
  header.writeUInt32LE(block.beginsGroup ? 1 : 0, 4);
  header.writeDoubleLE(block.fromMs, 8);
  header.writeDoubleLE(block.toMs, 16);
  const numbers = [
    block.documentBytes,
    block.documentRawBytes,
    block.statsBytes,
    block.statsRawBytes,
    block.events,
    block.samples,
    block.sequence,
    block.group,
    block.payloadCrc,
  ];
  numbers.forEach((value, index) => header.writeUInt32LE(value, 24 + 4 * index));
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
  return header;
}

/** Undefined when the bytes are not the whole header of a block. */
export function decodeBlockHeader(bytes: Buffer): BlockHeader | undefined {
  if (bytes.length < BLOCK_HEADER_BYTES || !bytes.subarray(0, 4).equals(BLOCK_MAGIC)) return undefined;
  if (crc32(bytes.subarray(0, 60)) !== bytes.readUInt32LE(60)) return undefined;
  const number = (index: number): number => bytes.readUInt32LE(24 + 4 * index);
  const header: BlockHeader = {
    beginsGroup: (bytes.readUInt32LE(4) & 1) === 1,
    fromMs: bytes.readDoubleLE(8),
    toMs: bytes.readDoubleLE(16),
    documentBytes: number(0),
    documentRawBytes: number(1),
    statsBytes: number(2),
    statsRawBytes: number(3),
    events: number(4),
    samples: number(5),
    sequence: number(6),
    group: number(7),
    payloadCrc: number(8),
  };
  const lengths = [header.documentBytes, header.documentRawBytes, header.statsBytes, header.statsRawBytes];
  const isSound = Number.isFinite(header.fromMs) && Number.isFinite(header.toMs);
  return isSound && lengths.every((length) => length <= MAX_SECTION_BYTES) ? header : undefined;
}

/** The whole length of a block in the file. */
export function blockLength({ documentBytes, statsBytes }: BlockHeader): number {
  return BLOCK_HEADER_BYTES + documentBytes + statsBytes;
}
