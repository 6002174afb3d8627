import { existsSync } from 'node:fs';

import { RktError, isRktError } from '../../../model/rkt-error.ts';
import type { GroupMask } from '../../../model/field-groups.ts';
import { errnoCode } from '../../kernel-file.ts';
import { isHierarchyRoot, type CgroupPlace } from '../cgroup-place.ts';
import { ABSENT, createDescriptorPool, type DescriptorPool } from './descriptor-pool.ts';
import { COLUMN, type Row } from './cgroup-row.ts';
import type { LaidOutFile } from './cgroup-file.ts';
import { createLayouts, type Layout } from './cgroup-layout.ts';
import { createRows } from './row-pool.ts';

/** Reads the cgroups of many tasks repeatedly. */
export interface CgroupReader {
  /** Opens nothing: files are opened when they are first read. */
  open(paths: readonly string[]): OpenCgroup;
  /**
   * Updates the row of a cgroup; returns the groups that were read.
   *
   * @param keepMs see {@link DescriptorPool}
   * @throws RKT_ERR_CGROUP when the cgroup is gone or none of its files can be read, and then all its descriptors are
   * closed; RKT_ERR_CGROUP_PARSE
   */
  read(cgroup: OpenCgroup, groups: GroupMask, nowMs: number, keepMs: number): GroupMask;
  close(cgroup: OpenCgroup): void;
  readonly stats: CgroupReaderStats;
}

export interface CgroupReaderStats {
  readonly fileReads: number;
  readonly staleReads: number;
  readonly descriptors: DescriptorPool['stats'];
}

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

/** `maxStaleMs` is the maximum age of metrics that the gate skips. */
export interface CgroupReaderOptions {
  readonly gate: boolean;
  readonly maxStaleMs: number;
  readonly descriptorBudget: number;
}

const ALL_GROUPS = -1;
/** The fractional parts of its multiples are evenly distributed between 0 and 1, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_75;

export function createCgroupReader(place: CgroupPlace, options: CgroupReaderOptions): CgroupReader {
  const pool = createDescriptorPool(options.descriptorBudget);
  const layoutOf = createLayouts(place);
  const rows = createRows();
  const counts = { fileReads: 0, staleReads: 0 };
  let begun = 0;

  /** True when the file exists. */
  const readFile = (cgroup: OpenCgroup, file: LaidOutFile, nowMs: number, keepMs: number): boolean => {
    const { slots, row } = cgroup;
    if ((cgroup.absent & (1 << file.slot)) !== 0) return false;
    let length = pool.read(slots, file.slot, nowMs);
    if (length === ABSENT) length = openFile(pool, cgroup, file, nowMs, keepMs);
    if (length === ABSENT) return false;
    counts.fileReads += 1;
    if (file.parse(pool.bytes, length, row.page, row.base)) return true;
    throw malformed(pathOf(cgroup, file), pool.bytes.subarray(0, length));
  };

  const look = (cgroup: OpenCgroup, groups: GroupMask, nowMs: number, keepMs: number): GroupMask => {
    const { layout, row } = cgroup;
    const { page, base } = row;
    const { counters, gated } = layout.planFor(groups);
    const totalNs = page[base + COLUMN.cpu.totalNs];
    const usageBytes = page[base + COLUMN.memory.usageBytes];
    let told = 0;
    let stale = 0;
    for (const file of counters) {
      if (isNeeded(cgroup, file) && readFile(cgroup, file, nowMs, keepMs)) told |= file.groups;
    }
    // What was not measured is NaN, which differs from itself: then nothing is known to be unchanged.
    const hasMoved =
      page[base + COLUMN.cpu.totalNs] !== totalNs || page[base + COLUMN.memory.usageBytes] !== usageBytes;
    const isDue = !(Math.abs(nowMs - cgroup.slowAtMs) < options.maxStaleMs);
    if (hasMoved) cgroup.version += 1;
    if (hasMoved || isDue) cgroup.dirty |= hasMoved ? ALL_GROUPS : ALL_GROUPS & ~groups;
    const isStill = options.gate && (cgroup.absent & layout.superseding) === 0;
    for (const { file, whenStill } of gated) {
      if (!isNeeded(cgroup, file)) continue;
      const isKept = whenStill === 'exact' || (whenStill === 'aging' && !isDue);
      if (isKept && isStill && (cgroup.dirty & file.groups & groups) === 0) {
        counts.staleReads += 1;
        told |= file.groups;
        if (whenStill === 'aging') stale |= file.groups;
      } else if (readFile(cgroup, file, nowMs, keepMs)) {
        told |= file.groups;
        cgroup.version += 1;
      }
    }
    cgroup.dirty &= ~groups;
    if (isDue) cgroup.slowAtMs = nowMs;
    if (told === 0 && !cgroup.paths.some((path) => existsSync(path))) throw saysNothing(cgroup);
    return told & groups & ~stale;
  };

  return {
    get stats() {
      return { ...counts, descriptors: pool.stats };
    },
    open(directories) {
      const paths = directories.filter((directory) => !isHierarchyRoot(place, directory));
      const layout = layoutOf(paths);
      return {
        paths,
        layout,
        row: rows.take(),
        slots: new Uint16Array(layout.files.length),
        absent: 0,
        dirty: ALL_GROUPS,
        version: 0,
        slowAtMs: NaN,
      };
    },
    read(cgroup, groups, nowMs, keepMs) {
      try {
        if (Number.isNaN(cgroup.slowAtMs)) {
          // Cgroups that were first read together should not all reach the maximum age at the same time.
          begun += 1;
          cgroup.slowAtMs = nowMs - ((begun * GOLDEN_RATIO) % 1) * options.maxStaleMs;
        }
        const { absent } = cgroup;
        const fresh = look(cgroup, groups, nowMs, keepMs);
        if ((cgroup.absent & ~absent & cgroup.layout.superseding) === 0) return fresh;
        // A file of v1 is missing: read again, so that v2 or a fallback fills in.
        cgroup.dirty = ALL_GROUPS;
        return look(cgroup, groups, nowMs, keepMs);
      } catch (cause) {
        pool.release(cgroup.slots);
        cgroup.absent = 0;
        cgroup.dirty = ALL_GROUPS;
        throw isRktError(cause) ? cause : unreadable(cgroup, cause);
      }
    },
    close(cgroup) {
      pool.release(cgroup.slots);
      rows.giveBack(cgroup.row);
    },
  };
}

/** A fallback, and on a hybrid machine a file of v2, is read only if the corresponding file of v1 is missing. */
function isNeeded({ absent }: OpenCgroup, { supersededBy }: LaidOutFile): boolean {
  return supersededBy === 0 || (absent & supersededBy) !== 0;
}

/** Remembers that a file is missing, but only if its directory exists: that may be created a moment later. */
function openFile(
  pool: DescriptorPool,
  cgroup: OpenCgroup,
  file: LaidOutFile,
  nowMs: number,
  keepMs: number,
): number {
  const { slots, paths } = cgroup;
  const length = pool.open(slots, file.slot, pathOf(cgroup, file), nowMs, keepMs);
  if (length === ABSENT && existsSync(paths[file.directory] ?? '')) cgroup.absent |= 1 << file.slot;
  return length;
}

function pathOf({ paths }: OpenCgroup, { directory, name }: LaidOutFile): string {
  return `${paths[directory] ?? ''}/${name}`;
}

function saysNothing({ paths }: OpenCgroup): RktError {
  const where = paths.length === 0 ? 'it has none' : `nothing in ${paths.join(', ')}`;
  return new RktError('RKT_ERR_CGROUP', `Could not read the cgroup of a task: ${where}`);
}

function unreadable({ paths }: OpenCgroup, cause: unknown): RktError {
  const why = errnoCode(cause) === 'ENODEV' ? 'it is gone' : String(cause);
  return new RktError(
    'RKT_ERR_CGROUP',
    `Could not read the cgroup of a task in ${paths.join(', ')}: ${why}`,
    {
      cause,
    },
  );
}

/** Quotes the first line that is not a key with a number. */
function malformed(path: string, bytes: Uint8Array): RktError {
  const lines = new TextDecoder().decode(bytes).trim().split('\n');
  const line = lines.find((text) => !/^\S+ \d+$/.test(text)) ?? '';
  const quoted = JSON.stringify(line.length > 80 ? `${line.slice(0, 79)}…` : line);
  return new RktError('RKT_ERR_CGROUP_PARSE', `Could not read ${path}: unexpected line ${quoted}`);
}
