import type { GroupMask } from '../../../model/field-groups.ts';
import { flatKeyedParser, keyTable, parseWhole, parseLimit, type Parse } from './bytes.ts';

/** One file of a cgroup: its location, its metrics, and when it can be skipped. */
export interface CgroupFile {
  readonly version: 'v1' | 'v2';
  /** It exists where this controller does; without one, in every cgroup of v2. */
  readonly controller?: string;
  readonly name: string;
  /** It is read for any of these groups. */
  readonly groups: GroupMask;
  /** The columns it fills. */
  readonly places: readonly number[];
  /**
   * `none`: read every time. `cpu`: changed only by running code, so it is unchanged while the CPU time is. `memory`:
   * it is unchanged while CPU time and memory usage are. `slow`: it can be changed from outside, so it must be read
   * now and then.
   */
  readonly gate: 'none' | 'cpu' | 'memory' | 'slow';
  /** `optional`: many kernels lack it. `fallback`: it is read only if the file with the same columns is missing. */
  readonly role?: 'optional' | 'fallback';
  readonly parse: Parse;
}

/** The columns that a file fills, and how. */
export type Columns = Pick<CgroupFile, 'places' | 'parse'>;

/** One file of a layout. */
export interface LaidOutFile extends CgroupFile {
  readonly slot: number;
  /** The index of the task's directory that contains it. */
  readonly directory: number;
  /** The bits of the v1 files that together have the metrics of this v2 file or fallback; else 0. */
  readonly supersededBy: number;
}

/** The files that show whether a cgroup has moved. */
export interface MotionFiles {
  readonly cpu: LaidOutFile;
  readonly memory: LaidOutFile;
}

/** Reader for a file that is one number. */
export function wholeAt(place: number): Parse {
  return (bytes, length, page, base) => {
    const value = parseWhole(bytes, length);
    page[base + place] = value;
    return value >= 0;
  };
}

/** Reader for a file that is one number or `max`. */
export function limitAt(place: number): Parse {
  return (bytes, length, page, base) => {
    const value = parseLimit(bytes, length);
    page[base + place] = value ?? NaN;
    return value === undefined || value >= 0;
  };
}

/**
 * The columns of a file of `key number` lines, and its reader.
 *
 * @param wanted by key: the column in the row, and the factor of the number
 */
export function keyed(wanted: Readonly<Record<string, readonly [place: number, scale: number]>>): Columns {
  const table = keyTable(wanted);
  return { places: [...table.places], parse: flatKeyedParser(table) };
}
