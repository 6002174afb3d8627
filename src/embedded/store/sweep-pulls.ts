import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RktFailure } from '../embedded-context.ts';
import { deleteTree } from '../pods/delete-tree.ts';

/** Blobs of an abandoned pull. */
const KEPT_MS = 24 * 3_600_000;

/** Removes the blobs of interrupted fetches that are older than a day; what cannot be removed is left for the next time. */
export function sweepPulls(pulls: string, nowMs: number = Date.now()): void {
  for (const name of namesIn(pulls)) {
    const dir = join(pulls, name);
    const changes = [dir, ...namesIn(dir).map((file) => join(dir, file))].map(
      (path) => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
    if (nowMs - Math.max(...changes) > KEPT_MS) removeLeftover(dir);
  }
}

function removeLeftover(dir: string): void {
  try {
    deleteTree(dir);
  } catch (error) {
    if (!(error instanceof RktFailure) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
