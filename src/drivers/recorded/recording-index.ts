import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import { RktError } from '../../model/rkt-error.ts';
import { isWhole } from './block-codec.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_MAGIC,
  FILE_HEADER_BYTES,
  FORMAT_VERSION,
  blockLength,
  decodeBlockHeader,
  fileVersion,
  type BlockHeader,
} from './block-header.ts';

/** A block in a file. */
export interface IndexedBlock {
  readonly header: BlockHeader;
  readonly offset: number;
}

/** A file of a recording that is open for reading. */
export interface IndexedFile {
  readonly path: string;
  readonly blocks: readonly IndexedBlock[];
  /** Bytes that belong to no block: damage, or a block that was cut off. */
  readonly damagedBytes: number;
  readonly sizeBytes: number;
  /** The bytes after the header, until the next call; undefined when they are damaged. */
  payload(block: IndexedBlock): Buffer | undefined;
  close(): void;
}

/** How far a search for the next block reads at a time. */
const SEARCH_BYTES = 65_536;

/**
 * Opens a file and reads the headers of its blocks, which are its index: those of a day take some ten milliseconds. A
 * damaged header is skipped, by a search for the next block.
 *
 * @throws RKT_ERR_RECORDING for a file that is no recording, or of a later version
 */
export function indexFile(path: string): IndexedFile {
  const descriptor = openRecording(path);
  try {
    const { size } = fstatSync(descriptor);
    let scratch = Buffer.alloc(0);
    const bytesAt = (offset: number, length: number): Buffer => {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
      return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, offset));
    };
    const version = fileVersion(bytesAt(0, FILE_HEADER_BYTES));
    if (version !== undefined && version !== FORMAT_VERSION) {
      throw new RktError(
        'RKT_ERR_RECORDING',
        `${path} has version ${version} of the format, and this program reads version ${FORMAT_VERSION}`,
      );
    }
    const blocks = [...findBlocks(bytesAt, size)];
    if (version === undefined && blocks.length === 0)
      throw new RktError('RKT_ERR_RECORDING', `${path} is no recording`);
    const used = blocks.reduce((sum, { header }) => sum + blockLength(header), FILE_HEADER_BYTES);
    return {
      path,
      blocks,
      sizeBytes: size,
      damagedBytes: Math.max(0, size - used),
      payload({ header, offset }) {
        const length = header.documentBytes + header.statsBytes;
        if (scratch.length < length) scratch = Buffer.allocUnsafe(2 * length);
        const read = readSync(descriptor, scratch, 0, length, offset + BLOCK_HEADER_BYTES);
        const payload = scratch.subarray(0, read);
        return isWhole(header, payload) ? payload : undefined;
      },
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openRecording(path: string): number {
  try {
    // Opening a named pipe would otherwise wait for its writer.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`;
    throw new RktError('RKT_ERR_RECORDING', `${path} ${why}`, { cause });
  }
  throw new RktError('RKT_ERR_RECORDING', `${path} is not a file`);
}

type BytesAt = (offset: number, length: number) => Buffer;

function* findBlocks(bytesAt: BytesAt, size: number): Iterable<IndexedBlock> {
  let offset = FILE_HEADER_BYTES;
  while (offset + BLOCK_HEADER_BYTES <= size) {
    const header = decodeBlockHeader(bytesAt(offset, BLOCK_HEADER_BYTES));
    if (header === undefined) {
      const next = findMagic(bytesAt, offset + 1, size);
      if (next === undefined) return;
      offset = next;
    } else if (offset + blockLength(header) > size) return;
    else {
      yield { header, offset };
      offset += blockLength(header);
    }
  }
}

function findMagic(bytesAt: BytesAt, from: number, size: number): number | undefined {
  for (let offset = from; offset + BLOCK_MAGIC.length <= size; offset += SEARCH_BYTES) {
    // The magic number can lie across the end of what is read at a time.
    const at = bytesAt(offset, SEARCH_BYTES + BLOCK_MAGIC.length - 1).indexOf(BLOCK_MAGIC);
    if (at >= 0) return offset + at;
  }
  return undefined;
}
