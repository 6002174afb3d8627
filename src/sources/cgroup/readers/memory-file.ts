import type { Parse } from './bytes.ts';
import { wholeAt, type CgroupFile } from './cgroup-file.ts';

interface SingleColumn extends Pick<CgroupFile, 'groups' | 'gate'> {
  readonly place: number;
  readonly parse?: Parse;
}

/** Describes files of the memory controller that have one number each; `peak` is `memory.peak`. */
export function memoryFile(
  version: CgroupFile['version'],
): (name: string, column: SingleColumn) => CgroupFile {
  return (name, { groups, place, gate, parse = wholeAt(place) }) => ({
    version,
    controller: 'memory',
    name: `memory.${name}`,
    groups,
    places: [place],
    gate,
    parse,
  });
}
