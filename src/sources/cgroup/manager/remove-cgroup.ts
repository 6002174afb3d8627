import { readdirSync, statSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { RktError } from '../../../model/rkt-error.ts';
import { reasonOf } from '../../../model/reason-of.ts';
import { errnoCode } from '../../kernel-file.ts';
import { isOwn, parentChain, type CgroupPlace } from '../cgroup-place.ts';
import { hierarchyOf } from '../hierarchies.ts';

/** The kernel reports busy for a moment after the last process has exited. */
const BUSY_TIMEOUT_MS = 3_000;
const FIRST_DELAY_MS = 2;
const MAX_DELAY_MS = 100;

/**
 * Removes the directories of a task, and the parent after the last task.
 *
 * Cgroups that the task created below its own are removed as well; below a foreign one only the directory itself.
 *
 * @throws RKT_ERR_CGROUP when one is still busy after three seconds; the others are removed nevertheless
 */
export async function removeDirectories(place: CgroupPlace, directories: readonly string[]): Promise<void> {
  const deadlineMs = performance.now() + BUSY_TIMEOUT_MS;
  const failures: unknown[] = [];
  for (const directory of directories) {
    const own = isOwn(place, directory);
    const doomed = own ? subtree(directory).toReversed() : [directory];
    try {
      for (const each of doomed) await removeWhenIdle(each, deadlineMs);
      if (own) await removeEmptyParents(place, directory);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 0) return;
  const reasons = failures.map((error) => reasonOf(error));
  throw new RktError('RKT_ERR_CGROUP', `Could not remove a cgroup: ${reasons.join('; ')}`, {
    cause: failures[0],
  });
}

/** A cgroup and its descendants, parents first; empty when it is gone. */
export function subtree(directory: string): readonly string[] {
  const found = [directory];
  for (const parent of found) found.push(...childDirectories(parent));
  return found;
}

/** The link count of a cgroup counts its subdirectories: one without any is not searched. */
const LINKS_WITHOUT_CHILDREN = 2;

function hasChildren(directory: string): boolean {
  return statSync(directory).nlink !== LINKS_WITHOUT_CHILDREN;
}

export function childDirectories(directory: string): readonly string[] {
  try {
    if (!hasChildren(directory)) return [];
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function removeWhenIdle(directory: string, deadlineMs: number): Promise<void> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    try {
      await rmdir(directory);
      return;
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return;
      if (errnoCode(error) !== 'EBUSY' || performance.now() > deadlineMs) throw error;
    }
    await delay(delayMs);
  }
}

/** Removes the parent of a task's cgroup after the last task. */
export async function removeEmptyParents(place: CgroupPlace, directory: string): Promise<void> {
  const hierarchy = hierarchyOf(place.hierarchies, directory);
  if (hierarchy === undefined) return;
  for (const parent of parentChain(place, hierarchy).toReversed()) {
    if (!directory.startsWith(`${dirname(parent)}/`)) return;
    try {
      if (hasChildren(parent)) return;
      await rmdir(parent);
    } catch {
      // Other tasks still use it, or another process removed it: both are fine.
      return;
    }
  }
}
