import type { GroupMask } from '../../../model/field-groups.ts';
import { parseFigure, parseFlatKeyed, parseLimit, type KeyTable } from './bytes.ts';

/** Puts what a file holds into a row; false when it is nonsense. */
export type Parse = (bytes: Uint8Array, length: number, page: Float64Array, base: number) => boolean;

/** One file of a cgroup: where it is, what it tells, and when it need not be read. */
export interface CgroupFile {
  readonly version: 'v1' | 'v2';
  /** It is there where this controller is; without one, in every cgroup of v2. */
  readonly controller?: string;
  readonly name: string;
  /** It is read for any of these. */
  readonly groups: GroupMask;
  /** The places it fills. */
  readonly places: readonly number[];
  /**
   * `none`: read every time. `cpu`: only what runs can move it, so it stands while the CPU time does. `memory`: it stands while
   * neither CPU time nor memory usage moves. `slow`: somebody else may move it, so that it has to be read now and then.
   */
  readonly gate: 'none' | 'cpu' | 'memory' | 'slow';
  /** `optional`: many kernels lack it. `fallback`: it is read only where the file that fills the same places is missing. */
  readonly role?: 'optional' | 'fallback';
  readonly parse: Parse;
}

/** One file of a layout. */
export interface LaidOutFile extends CgroupFile {
  readonly slot: number;
  /** Which of the task's directories it is in. */
  readonly directory: number;
  /** The slots of v1 files, as bits, that together tell all that this one does: of a v2 file or a fallback; else 0. */
  readonly supersededBy: number;
}

/** For a file that is one number. */
export function figureAt(place: number): Parse {
  return (bytes, length, page, base) => {
    const value = parseFigure(bytes, length);
    page[base + place] = value;
    return value >= 0;
  };
}

/** For a file that is one number or `max`. */
export function limitAt(place: number): Parse {
  return (bytes, length, page, base) => {
    const value = parseLimit(bytes, length);
    page[base + place] = value ?? NaN;
    return value === undefined || value >= 0;
  };
}

/** For a file of `key number` lines. */
export function keysAt(table: KeyTable): Parse {
  return (bytes, length, page, base) => parseFlatKeyed(bytes, length, table, page, base);
}
