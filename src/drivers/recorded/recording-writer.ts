import { constants } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';

import { RktError, isRktError } from '../../model/rkt-error.ts';
import { createGroupState, encodeBlock, type BlockContent, type GroupState } from './block-codec.ts';
import { FILE_HEADER_BYTES, blockLength, fileHeader } from './block-header.ts';
import type { RecordedDocument } from './recorded-document.ts';
import { indexFile } from './recording-index.ts';
import { rotatedFiles, rotatedPath } from './recording-files.ts';

/** How large and how old the files of a recording may become. */
export interface RotationOptions {
  /** A file that is larger is kept under another name, and a new one is begun. 64 MiB by default. */
  readonly maxBytes?: number;
  /** The same for a file whose first record is older. A day by default. */
  readonly maxAgeMs?: number;
  /** How many earlier files are kept; the oldest are removed. 7 by default. */
  readonly keep?: number;
}

export const DEFAULT_ROTATION = { maxBytes: 64 * 1024 * 1024, maxAgeMs: 86_400_000, keep: 7 } as const;

/** How long a reader that seeks has to decode from the begin of a group. */
const GROUP_MS = 600_000;

/** Appends blocks to the files of a recording. Calls must not overlap. */
export interface RecordingWriter {
  /**
   * Appends a block. `snapshot` is the state before its first record, for a reader that begins there.
   *
   * @throws RKT_ERR_RECORDING; the file then ends with the block before
   */
  append(content: BlockContent, snapshot: () => readonly RecordedDocument[]): Promise<void>;
  /** Of the current file. */
  readonly sizeBytes: number;
  close(): Promise<void>;
}

/** The file that is being written. */
interface OpenFile {
  readonly handle: FileHandle;
  size: number;
  /** The first record; undefined for an empty file. */
  beganAtMs: number | undefined;
  nextGroup: number;
}

/**
 * Opens the file of a recording, or creates it with mode 0600. One that was cut off is truncated to its last whole
 * block and continued.
 *
 * @throws RKT_ERR_RECORDING for a file that is something else, which is not changed
 */
export async function openWriter(path: string, rotation: RotationOptions = {}): Promise<RecordingWriter> {
  const { maxBytes, maxAgeMs, keep } = { ...DEFAULT_ROTATION, ...rotation };
  let file = await openFile(path);
  let group: GroupState | undefined;
  let groupBeganMs = 0;

  const rotate = async (): Promise<void> => {
    const before = file;
    await before.handle.datasync();
    await before.handle.close();
    await rename(path, rotatedPath(path, before.beganAtMs ?? 0));
    const rotated = rotatedFiles(path);
    for (const old of rotated.slice(0, Math.max(0, rotated.length - keep))) await rm(old, { force: true });
    file = { ...(await openFile(path)), nextGroup: before.nextGroup };
    group = undefined;
  };

  const write = async (content: BlockContent, snapshot: () => readonly RecordedDocument[]): Promise<void> => {
    const firstMs = firstTime(content);
    const isDue =
      file.size > maxBytes || (file.beganAtMs !== undefined && firstMs - file.beganAtMs > maxAgeMs);
    if (isDue && file.beganAtMs !== undefined) await rotate();
    // A clock that was set back also begins a group.
    if (group === undefined || firstMs - groupBeganMs > GROUP_MS || firstMs < groupBeganMs) {
      group = createGroupState(file.nextGroup++);
      groupBeganMs = firstMs;
    }
    const isFirst = group.sequence === 0;
    const documents = isFirst ? [...snapshot(), ...content.documents] : content.documents;
    const block = await encodeBlock({ documents, ticks: content.ticks }, group);
    await file.handle.write(block, 0, block.length, file.size);
    file.size += block.length;
    file.beganAtMs ??= firstMs;
  };

  return {
    async append(content, snapshot) {
      if (content.documents.length + content.ticks.length === 0) return;
      try {
        await write(content, snapshot);
      } catch (cause) {
        // What follows does not depend on the block that is missing.
        group = undefined;
        await file.handle.truncate(file.size).catch(() => undefined);
        throw isRktError(cause) ? cause : failure(path, 'written', cause);
      }
    },
    get sizeBytes() {
      return file.size;
    },
    async close() {
      await file.handle.datasync();
      await file.handle.close();
    },
  };
}

function firstTime({ documents, ticks }: BlockContent): number {
  return [...documents, ...ticks].reduce((least, { timeMs }) => Math.min(least, timeMs), Infinity);
}

async function openFile(path: string): Promise<OpenFile> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600).catch(
    (cause: unknown) => {
      throw failure(path, 'opened', cause);
    },
  );
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new RktError('RKT_ERR_RECORDING', `${path} is not a file`);
    const begun = await isBegun(handle, stat.size);
    if (!begun) {
      await handle.truncate(0);
      await handle.write(fileHeader(), 0, FILE_HEADER_BYTES, 0);
      return { handle, size: FILE_HEADER_BYTES, beganAtMs: undefined, nextGroup: 0 };
    }
    const end = lastWholeBlock(path);
    await handle.truncate(end.size);
    return { handle, ...end };
  } catch (cause) {
    await handle.close();
    throw isRktError(cause) ? cause : failure(path, 'opened', cause);
  }
}

/** False for an empty file, and for one that was cut off within its header. */
async function isBegun(handle: FileHandle, size: number): Promise<boolean> {
  if (size >= FILE_HEADER_BYTES) return true;
  const { buffer } = await handle.read(Buffer.alloc(size), 0, size, 0);
  return !fileHeader().subarray(0, size).equals(buffer);
}

function lastWholeBlock(path: string): Omit<OpenFile, 'handle'> {
  const index = indexFile(path);
  try {
    const last = index.blocks.findLast((block) => index.payload(block) !== undefined);
    const nextGroup = index.blocks.reduce((most, { header }) => Math.max(most, header.group + 1), 0);
    if (last === undefined) return { size: FILE_HEADER_BYTES, beganAtMs: undefined, nextGroup };
    return {
      size: last.offset + blockLength(last.header),
      beganAtMs: index.blocks[0]?.header.fromMs,
      nextGroup,
    };
  } finally {
    index.close();
  }
}

function failure(path: string, how: string, cause: unknown): RktError {
  const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
  return new RktError('RKT_ERR_RECORDING', `${path} cannot be ${how} (${code})`, { cause });
}
