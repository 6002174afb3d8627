import { dirname, join } from 'node:path';

import { hierarchyOf, type Hierarchy } from './hierarchies.ts';

/** The hierarchies, and the parent of the cgroups of tasks in them. */
export interface CgroupPlace {
  readonly hierarchies: readonly Hierarchy[];
  /** The components of the parent's path, below the base of each hierarchy. */
  readonly parent: readonly string[];
  readonly procRoot: string;
}

/** The directories from below the base down to the parent itself; empty when the hierarchy is not writable. */
export function parentChain({ parent }: CgroupPlace, { base }: Hierarchy): readonly string[] {
  return base === undefined ? [] : parent.map((_, index) => join(base, ...parent.slice(0, index + 1)));
}

/** True for a directory below the parent, which this driver may therefore remove. */
export function isOwn(place: CgroupPlace, directory: string): boolean {
  const hierarchy = hierarchyOf(place.hierarchies, directory);
  const parent = hierarchy === undefined ? undefined : parentChain(place, hierarchy).at(-1);
  return parent !== undefined && dirname(directory) === parent;
}

/** True for the root of a hierarchy: it contains the whole machine, never a task. */
export function isHierarchyRoot({ hierarchies }: CgroupPlace, directory: string): boolean {
  return hierarchies.some(({ mountPoint }) => mountPoint === directory);
}
