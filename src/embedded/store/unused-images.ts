import { RktFailure } from '../embedded-context.ts';
import { storedDependency } from './dependencies.ts';
import { loadImage } from './lookup.ts';
import type { StorePaths } from './paths.ts';
import type { ImageRecord } from './store-records.ts';
import { readRecords } from './store-records.ts';

/** An image of the store, and when it, or one that depends on it, was used last. */
export interface ImageUse extends ImageRecord {
  readonly usedAtMs: number;
  /** True when a pod was made of it, or of one that depends on it. */
  readonly isInUse: boolean;
}

/** All images of the store, the least recently used first. @param inUse ids of the images of pods */
export function imagesByUse(paths: StorePaths, inUse: ReadonlySet<string>): readonly ImageUse[] {
  const records = readRecords(paths);
  const uses = new Map<string, ImageUse>(
    records.map((record) => [
      record.id,
      { ...record, usedAtMs: record.lastUsedAtMs, isInUse: inUse.has(record.id) },
    ]),
  );
  for (const user of records) {
    for (const id of dependenciesOf(paths, user.id)) {
      const use = uses.get(id);
      if (use === undefined) continue;
      const usedAtMs = Math.max(use.usedAtMs, user.lastUsedAtMs);
      uses.set(id, { ...use, usedAtMs, isInUse: use.isInUse || inUse.has(user.id) });
    }
  }
  return [...uses.values()].sort((a, b) => a.usedAtMs - b.usedAtMs || a.lastUsedAtMs - b.lastUsedAtMs);
}

/** Ids of all images that an image is rendered with, without its own. */
function dependenciesOf(paths: StorePaths, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [id];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const dependency of directDependencies(paths, next)) {
      if (!found.has(dependency)) pending.push(dependency);
      found.add(dependency);
    }
  }
  found.delete(id);
  return found;
}

/** An image that cannot be read has none: it is no reason to keep what it depended on. */
function directDependencies(paths: StorePaths, id: string): readonly string[] {
  try {
    return (loadImage(paths, id).manifest.dependencies ?? []).flatMap(
      (dependency) => storedDependency(paths, dependency)?.id ?? [],
    );
  } catch (error) {
    if (error instanceof RktFailure) return [];
    throw error;
  }
}
