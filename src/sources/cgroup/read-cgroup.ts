import { RktError } from '../../model/errors.ts';
import type { MemoryStats } from '../../model/task-stats.ts';
import type { CgroupPlace } from './cgroup-place.ts';
import type { CpuFigures } from './figures.ts';
import { hierarchyOf } from './hierarchies.ts';
import { readCpuV1 } from './v1/cpu.ts';
import { readCpuacct } from './v1/cpuacct.ts';
import { readMemoryV1, readOomKillsV1 } from './v1/memory.ts';
import { readCpuV2 } from './v2/cpu.ts';
import { readMemoryV2, readOomKillsV2 } from './v2/memory.ts';

/** Everything that the cgroup of a task tells at one moment. */
export interface CgroupReading {
  readonly version: 'v1' | 'v2';
  readonly cpu: CpuFigures;
  readonly memory: MemoryStats;
}

interface Directory {
  readonly path: string;
  readonly version: 'v1' | 'v2';
  readonly controllers: readonly string[];
}

/** Reads all directories of a task. On a hybrid machine v1 figures go before v2 ones. */
export function readCgroup(place: CgroupPlace, paths: readonly string[]): CgroupReading {
  const directories = controlled(place, paths);
  const cpu = directories.map(readCpu);
  const memory = directories.map(readMemory);
  if ([...cpu, ...memory].every((figures) => Object.keys(figures).length === 0)) {
    const where = paths.length === 0 ? 'it has none' : `nothing in ${paths.join(', ')}`;
    throw new RktError('RKT_ERR_CGROUP', `Could not read the cgroup of a task: ${where}`);
  }
  return {
    version: directories.some(({ version }) => version === 'v1') ? 'v1' : 'v2',
    cpu: preferFirst(cpu),
    memory: preferFirst(memory),
  };
}

/** How many processes the kernel has killed because of the memory limit of this cgroup. */
export function readOomKills(place: CgroupPlace, paths: readonly string[]): number | undefined {
  for (const { path, version, controllers } of controlled(place, paths)) {
    if (!controllers.includes('memory')) continue;
    const kills = version === 'v1' ? readOomKillsV1(path) : readOomKillsV2(path);
    if (kills !== undefined) return kills;
  }
  return undefined;
}

/** v1 first. */
function controlled({ hierarchies }: CgroupPlace, paths: readonly string[]): readonly Directory[] {
  const directories = paths.flatMap((path): readonly Directory[] => {
    const hierarchy = hierarchyOf(hierarchies, path);
    return hierarchy === undefined
      ? []
      : [{ path, version: hierarchy.version, controllers: hierarchy.controllers }];
  });
  return directories.toSorted((a, b) => a.version.localeCompare(b.version));
}

/** A v2 cgroup counts CPU time even while the cpu controller is off. */
function readCpu({ path, version, controllers }: Directory): CpuFigures {
  if (version === 'v2') return readCpuV2(path);
  return {
    ...(controllers.includes('cpuacct') ? readCpuacct(path) : {}),
    ...(controllers.includes('cpu') ? readCpuV1(path) : {}),
  };
}

function readMemory({ path, version, controllers }: Directory): MemoryStats {
  if (!controllers.includes('memory')) return {};
  return version === 'v1' ? readMemoryV1(path) : readMemoryV2(path);
}

function preferFirst<T extends object>(figures: readonly T[]): T {
  return Object.assign({}, ...figures.toReversed()) as T;
}
