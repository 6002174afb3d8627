import { readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { RktFailure, errnoText } from '../embedded-context.ts';
import type { StorePaths } from './paths.ts';
import { readRecords, writeRecord } from './store-records.ts';
import { removeTemporary, temporaryPath } from './temporary.ts';

/** What became of an unused tree. */
export interface TreeRemoval {
  readonly treeStoreId: string;
  /** Absent: it is gone. */
  readonly failure?: RktFailure;
}

/** Removes the trees that are not in use; the caller sees to it that nothing begins to use one meanwhile. */
export function removeUnusedTrees(paths: StorePaths, inUse: ReadonlySet<string>): readonly TreeRemoval[] {
  return readdirSync(paths.trees)
    .filter((name) => !inUse.has(name))
    .sort()
    .map((treeStoreId) => {
      try {
        removeTree(paths, treeStoreId);
        return { treeStoreId };
      } catch (error) {
        return { treeStoreId, failure: failureOf(error) };
      }
    });
}

/** Moved aside first: a tree that is there is complete. */
function removeTree(paths: StorePaths, treeStoreId: string): void {
  const dir = join(paths.trees, treeStoreId);
  const imageId = imageOf(dir);
  const aside = temporaryPath(paths, 'tree');
  renameSync(dir, aside);
  removeTemporary(aside);
  const record = readRecords(paths).find(({ id }) => id === imageId);
  if (record === undefined) return;
  const { treeBytes: _removed, ...rest } = record;
  writeRecord(paths, rest);
}

/** The image that the tree was rendered for; a stage1 is for none. */
function imageOf(dir: string): string | undefined {
  try {
    return readFileSync(join(dir, 'image'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function failureOf(error: unknown): RktFailure {
  if (error instanceof RktFailure) return error;
  const text = errnoText(error);
  if (text === undefined) throw error;
  return new RktFailure(text);
}
