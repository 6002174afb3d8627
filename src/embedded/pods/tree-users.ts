import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RktContext } from '../context.ts';
import { PHASES, podsOf } from './phases.ts';

/** UUIDs of the pods whose apps have a tree of the tree store for their root. In the order of a pod's life, so none is missed. */
export function podsUsingTree(ctx: RktContext, treeStoreId: string): readonly string[] {
  return PHASES.flatMap((phase) => podsOf(ctx, phase))
    .filter(({ dir }) => treesOf(join(dir, 'appsinfo')).includes(treeStoreId))
    .map(({ uuid }) => uuid);
}

function treesOf(appsInfo: string): readonly string[] {
  const apps = unlessMissing(() => readdirSync(appsInfo)) ?? [];
  return apps.map(
    (app) => unlessMissing(() => readFileSync(join(appsInfo, app, 'treeStoreID'), 'utf8').trim()) ?? '',
  );
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
