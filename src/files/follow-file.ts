import { watch } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { openRegular } from './regular-file.ts';
import { withoutHole } from './log-begin.ts';

const CHUNK_BYTES = 64 * 1024;
/** The polling interval in addition to the watch. */
const SWEEP_MS = 500;

/**
 * Passes on what a file holds, from its beginning or another place, and what is appended to it. Returns when `ended` was
 * aborted and all that was written until then has been passed on; the caller aborts it after the last write.
 *
 * Goes on through a cut of the log: every byte keeps its place. A file that was emptied is read from its beginning again.
 */
export async function followFile(
  path: string,
  write: (chunk: Buffer) => Promise<void>,
  ended: AbortSignal,
  fromByte = 0,
): Promise<void> {
  let position = fromByte;
  const file = await openRegular(path);
  const changes = watchChanges(path, ended);
  try {
    for (;;) {
      const isLast = ended.aborted;
      position = await copyRest(file, position, write);
      if (isLast) return;
      await changes.next();
    }
  } finally {
    changes.close();
    await file.close();
  }
}

/** Returns where the file ends now. */
async function copyRest(
  file: FileHandle,
  fromByte: number,
  write: (chunk: Buffer) => Promise<void>,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = fromByte; ;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) {
      if ((await file.stat()).size >= position) return position;
      position = 0;
      continue;
    }
    const read = { at: position, bytes: buffer.subarray(0, bytesRead) };
    const { at, bytes } = await withoutHole(file, read);
    if (bytes.length > 0) await write(bytes);
    position = at + bytes.length;
  }
}

/** Resolves `next` when the file may have changed since the last time, or the end has come. */
function watchChanges(path: string, ended: AbortSignal): { next: () => Promise<void>; close: () => void } {
  let hasChanged = false;
  let wake = (): void => undefined;
  const notify = (): void => {
    hasChanged = true;
    wake();
  };
  const watcher = watch(path, notify);
  // A watch that breaks leaves the sweep.
  watcher.on('error', () => watcher.close());
  const sweep = setInterval(notify, SWEEP_MS);
  ended.addEventListener('abort', notify, { once: true });
  return {
    async next() {
      if (!hasChanged) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      hasChanged = false;
    },
    close() {
      watcher.close();
      clearInterval(sweep);
      ended.removeEventListener('abort', notify);
    },
  };
}
