import type { GroupMask } from '../../../model/field-groups.ts';
import type { LaidOutFile } from './cgroup-file.ts';
import type { Layout } from './cgroup-layout.ts';
import type { Row } from './cgroup-row.ts';

/** A cgroup that is being read, with its latest metrics. */
export interface OpenCgroup {
  readonly paths: readonly string[];
  readonly layout: Layout;
  readonly row: Row;
  readonly slots: Uint16Array;
  /** The missing files, as bits. */
  absent: number;
  /** Groups to read again, because a counter has changed since they were read. */
  dirty: GroupMask;
  /** Changes whenever a metric may have changed, except for those that are read every time without a gate. */
  version: number;
  /** When the files that can be changed from outside were last read because of their age. */
  slowAtMs: number;
}

export const ALL_GROUPS: GroupMask = -1;

/** A fallback, and on a hybrid machine a file of v2, is read only if the corresponding file of v1 is missing. */
export function isNeeded({ absent }: OpenCgroup, { supersededBy }: LaidOutFile): boolean {
  return supersededBy === 0 || (absent & supersededBy) !== 0;
}

export function pathOf({ paths }: OpenCgroup, { directory, name }: LaidOutFile): string {
  return `${paths[directory] ?? ''}/${name}`;
}
