import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import { RktError } from '../../../model/rkt-error.ts';
import { reasonOf } from '../../../model/reason-of.ts';
import { errnoCode } from '../../kernel-file.ts';
import { cgroupName } from './cgroup-name.ts';
import { parentChain, type CgroupPlace } from '../cgroup-place.ts';
import { inheritCpusets, isCpusetGiven } from './cpuset.ts';
import type { Hierarchy } from '../hierarchies.ts';
import { applyLimits, limitedControllers, type CgroupLimits } from './limits.ts';
import { cannotBeJoined, passOnControllers } from './pass-on-controllers.ts';
import { removeDirectories, removeEmptyParents } from './remove-cgroup.ts';

/** How often the parent is created again after the last other task removed it in between. */
const MAX_ATTEMPTS = 5;

/** Creates the directories of one task and sets its limits; returns the directories. */
export async function createCgroup(
  place: CgroupPlace,
  taskName: string,
  limits: CgroupLimits,
): Promise<readonly string[]> {
  const name = cgroupName(taskName);
  const required = limitedControllers(limits);
  const writable = hierarchiesFor(place, limits);
  for (const controller of required) {
    if (!writable.some(({ controllers }) => controllers.includes(controller))) {
      throw failure(name, `no writable hierarchy has the ${controller} controller`);
    }
  }
  if (writable.length === 0) throw failure(name, 'no cgroup hierarchy is mounted and writable');
  const made: string[] = [];
  try {
    for (const hierarchy of writable) {
      const directory = await makeIn(place, hierarchy, name, required);
      made.push(directory);
      await applyLimits(hierarchy, directory, limits);
    }
    return made;
  } catch (error) {
    // A failure of the rollback would hide the original failure.
    await removeDirectories(place, made).catch(() => undefined);
    throw failure(name, reasonOf(error), error);
  }
}

/**
 * The directories of a task with this name and these limits, one in each writable hierarchy that counts or limits
 * something.
 */
export function cgroupDirectories(
  place: CgroupPlace,
  taskName: string,
  limits: CgroupLimits,
): readonly string[] {
  return hierarchiesFor(place, limits).map((hierarchy) =>
    directoryIn(place, hierarchy, cgroupName(taskName)),
  );
}

/** Only pinned tasks need a directory in a hierarchy that has only the cpuset controller. */
function hierarchiesFor({ hierarchies }: CgroupPlace, limits: CgroupLimits): readonly Hierarchy[] {
  const pins = isCpusetGiven(limits);
  return hierarchies.filter(({ base, version, controllers }) => {
    const onlyPins = version === 'v1' && controllers.every((name) => name === 'cpuset');
    return base !== undefined && (pins || !onlyPins);
  });
}

function directoryIn(place: CgroupPlace, hierarchy: Hierarchy, name: string): string {
  return join(parentChain(place, hierarchy).at(-1) ?? hierarchy.base ?? '', name);
}

async function makeIn(
  place: CgroupPlace,
  hierarchy: Hierarchy,
  name: string,
  required: ReadonlySet<string>,
): Promise<string> {
  const parents = parentChain(place, hierarchy);
  const directory = directoryIn(place, hierarchy, name);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { version, base = '', controllers } = hierarchy;
      // In v1 the parents are there if there are other tasks.
      if (version === 'v2' || attempt > 1) await mkdirs(parents);
      const passedOn = controllers.filter(
        (controller) => controller !== 'cpuset' || required.has(controller),
      );
      if (version === 'v2') await passOnControllers([base, ...parents], passedOn, required);
      await makeFresh(directory);
      if (version === 'v1' && controllers.includes('cpuset')) await inheritCpusets([...parents, directory]);
      return directory;
    } catch (error) {
      if (errnoCode(error) === 'ENOENT' && attempt < MAX_ATTEMPTS) continue;
      await removeEmptyParents(place, directory);
      throw error;
    }
  }
}

async function mkdirs(directories: readonly string[]): Promise<void> {
  for (const directory of directories) await mkdir(directory).catch(unlessCode('EEXIST'));
}

/** A leftover of an earlier task of this name has its counters, and perhaps its limits. */
async function makeFresh(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (errnoCode(error) !== 'EEXIST') throw error;
    await rmdir(directory).catch(unlessCode('ENOENT'));
    await mkdir(directory);
  }
  if (!cannotBeJoined(directory)) return;
  await rmdir(directory);
  throw new Error(
    'no process could join it, because a cgroup above it holds processes and passes on controllers',
  );
}

function unlessCode(code: string): (error: unknown) => void {
  return (error) => {
    if (errnoCode(error) !== code) throw error;
  };
}

function failure(name: string, what: string, cause?: unknown): RktError {
  return new RktError(
    'RKT_ERR_CGROUP',
    `Could not make the cgroup ${name}: ${what}`,
    cause === undefined ? {} : { cause },
  );
}
