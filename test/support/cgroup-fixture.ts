import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { detectCgroups, type Cgroups } from '../../src/sources/cgroup/cgroups.ts';

/** A copy of one fixture tree, as if it were the cgroup file systems of a machine. */
export interface CgroupFixture {
  readonly root: string;
  readonly procRoot: string;
  readonly detect: (parent?: string) => Promise<Cgroups>;
  readonly remove: () => void;
}

const FIXTURES = new URL('../fixtures/cgroup/', import.meta.url).pathname;

export function cgroupFixture(name: 'v1' | 'v2' | 'hybrid'): CgroupFixture {
  const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-cgroup-'));
  cpSync(join(FIXTURES, name), directory, { recursive: true });
  const root = join(directory, 'sys');
  const procRoot = join(directory, 'proc');
  const mountInfo = join(procRoot, 'self/mountinfo');
  writeFileSync(mountInfo, readFileSync(mountInfo, 'utf8').replaceAll('@ROOT@', root));
  return {
    root,
    procRoot,
    detect: (parent) => detectCgroups({ root, procRoot, ...(parent === undefined ? {} : { parent }) }),
    remove: () => rmSync(directory, { recursive: true }),
  };
}
