import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RktContext } from '../embedded-context.ts';
import { PHASES, podsOf } from './phases.ts';

/**
 * The trees of the tree store that pods use, each with the UUID of one of them. No pod is missed that changes its phase
 * meanwhile: the phases are read in the order of a pod's life, each completely before the next is listed. A pod that is just
 * being prepared can be missed unless the caller has the lock of `prepare-lock.ts`.
 */
export function treesInUse(ctx: RktContext): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const phase of PHASES)
    for (const { dir, uuid } of podsOf(ctx, phase)) for (const tree of treesOf(dir)) users.set(tree, uuid);
  return users;
}

function treesOf(dir: string): readonly string[] {
  const apps = unlessMissing(() => readdirSync(join(dir, 'appsinfo'))) ?? [];
  const files = ['stage1TreeStoreID', ...apps.map((app) => join('appsinfo', app, 'treeStoreID'))];
  return files.flatMap((file) => unlessMissing(() => readFileSync(join(dir, file), 'utf8').trim()) ?? []);
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
