import { basename } from 'node:path';

import { parentChain, type CgroupPlace } from '../cgroup-place.ts';
import { childDirectories } from './remove-cgroup.ts';

export interface NamedCgroup {
  readonly name: string;
  readonly paths: readonly string[];
}

/** The cgroups directly below the parent, by name: each has a directory in every hierarchy. */
export function listCgroups(place: CgroupPlace): readonly NamedCgroup[] {
  const found = new Map<string, string[]>();
  for (const hierarchy of place.hierarchies) {
    const parent = parentChain(place, hierarchy).at(-1);
    if (parent === undefined) continue;
    for (const path of childDirectories(parent)) {
      const name = basename(path);
      found.set(name, [...(found.get(name) ?? []), path]);
    }
  }
  return [...found].map(([name, paths]) => ({ name, paths }));
}
