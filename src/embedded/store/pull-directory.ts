import { createHash } from 'node:crypto';
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RktContext } from '../embedded-context.ts';
import { deleteTree } from '../pods/delete-tree.ts';
import type { HeldLock } from '../pods/locks.ts';
import { holdLock } from '../pods/locks.ts';

/** The directory of a piece of work that only one command does at a time, locked; for pulls it holds the blobs. */
export interface PullDirectory {
  readonly path: string;
  /** True when another command that does the same had to end first. */
  readonly hasWaited: boolean;
  /** Removes it, the blobs are not needed any more. */
  remove(): void;
  release(): Promise<void>;
}

/**
 * Takes the directory of an image's download, waiting for others that fetch the same image.
 *
 * Blobs that an interrupted fetch has left are in it. The lock ends with this process, however that ends.
 */
export function takePullDirectory(
  ctx: Pick<RktContext, 'stderr'>,
  pulls: string,
  url: string,
): Promise<PullDirectory> {
  const path = join(pulls, createHash('sha256').update(url).digest('hex').slice(0, 32));
  return takeDirectory(ctx, path, `another fetch of ${url}`);
}

/**
 * Takes a directory, which is made if need be, waiting for others that have it.
 *
 * @param other who is waited for, as stderr has it
 */
export async function takeDirectory(
  ctx: Pick<RktContext, 'stderr'>,
  path: string,
  other: string,
): Promise<PullDirectory> {
  let hasWaited = false;
  for (;;) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const inode = inodeOf(path);
    let lock = await holdLock(path, { wait: false });
    if (lock === undefined && inodeOf(path) !== undefined) {
      if (!hasWaited) ctx.stderr(`image: waiting for ${other}\n`);
      hasWaited = true;
      lock = await holdLock(path, { wait: true });
    }
    if (lock !== undefined && inode !== undefined && inodeOf(path) === inode)
      return held(path, hasWaited, lock);
    // the previous fetch has removed it, and another process may have created another one
    await lock?.release();
  }
}

function held(path: string, hasWaited: boolean, lock: HeldLock): PullDirectory {
  return { path, hasWaited, remove: () => deleteTree(path), release: () => release(path, lock) };
}

/** A directory with nothing in it is of no use to the next fetch. */
async function release(path: string, lock: HeldLock): Promise<void> {
  try {
    rmdirSync(path);
  } catch {
    // blobs are in it, or it is gone
  }
  await lock.release();
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
