import { isRktError } from '../../../model/rkt-error.ts';
import type { GroupMask } from '../../../model/field-groups.ts';
import { isHierarchyRoot, type CgroupPlace } from '../cgroup-place.ts';
import { createLayouts } from './cgroup-layout.ts';
import { cgroupUnreadable } from './cgroup-read-errors.ts';
import { NARROW_ROW_LENGTH, ROW_LENGTH, WIDE_GROUPS } from './cgroup-row.ts';
import { createDescriptorPool, type DescriptorPool } from './descriptor-pool.ts';
import { FileReader } from './file-reader.ts';
import { ALL_GROUPS, newOpenCgroup, type OpenCgroup } from './open-cgroup.ts';
import { ParentGates } from './parent-gates.ts';
import { createRows } from './row-pool.ts';
import { RowUpdate, type GateOptions } from './row-update.ts';

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

export interface CgroupReaderOptions extends GateOptions {
  readonly descriptorBudget: number;
}

/** The fractional parts of its multiples are evenly distributed between 0 and 1, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_75;

export function createCgroupReader(place: CgroupPlace, options: CgroupReaderOptions): CgroupReader {
  const pool = createDescriptorPool(options.descriptorBudget);
  const files = new FileReader(pool);
  const update = new RowUpdate(files, options);
  const layoutOf = createLayouts(place);
  const narrowRows = createRows(NARROW_ROW_LENGTH);
  const wideRows = createRows(ROW_LENGTH);
  const gates = new ParentGates(files, (directory) => isHierarchyRoot(place, directory));
  let begun = 0;
  const widen = (cgroup: OpenCgroup): void => {
    const { page, base } = cgroup.row;
    const row = wideRows.take();
    row.page.set(page.subarray(base, base + NARROW_ROW_LENGTH), row.base);
    narrowRows.giveBack(cgroup.row);
    cgroup.row = row;
    cgroup.isWide = true;
  };

  return {
    get stats() {
      return { fileReads: files.reads, staleReads: update.staleReads, descriptors: pool.stats };
    },
    open(directories) {
      const isRoot = (directory: string): boolean => isHierarchyRoot(place, directory);
      // A filtered array keeps space for more.
      const paths = directories.some(isRoot) ? directories.filter((each) => !isRoot(each)) : directories;
      const layout = layoutOf(paths);
      const cgroup = newOpenCgroup(paths, layout, narrowRows.take(), layout.slots.take());
      if (options.gate) cgroup.parentGate = gates.join(cgroup);
      return cgroup;
    },
    read(cgroup, groups, nowMs, keepMs) {
      if ((groups & WIDE_GROUPS) !== 0 && !cgroup.isWide) widen(cgroup);
      try {
        if (Number.isNaN(cgroup.slowAtMs)) {
          // Cgroups that were first read together should not all reach the maximum age at the same time.
          begun += 1;
          cgroup.slowAtMs = nowMs - ((begun * GOLDEN_RATIO) % 1) * options.maxStaleMs;
        }
        const { absent } = cgroup;
        const fresh = update.run(cgroup, groups, nowMs, keepMs);
        if ((cgroup.absent & ~absent & cgroup.layout.superseding) === 0) return fresh;
        // A file of v1 is missing: read again, so that v2 or a fallback fills in.
        cgroup.dirty = ALL_GROUPS;
        return update.run(cgroup, groups, nowMs, keepMs);
      } catch (cause) {
        files.release(cgroup);
        cgroup.parentGate?.leave(cgroup);
        cgroup.present = 0;
        cgroup.dirty = ALL_GROUPS;
        throw isRktError(cause) ? cause : cgroupUnreadable(cgroup.paths, cause);
      }
    },
    close(cgroup) {
      gates.leave(cgroup);
      files.release(cgroup);
      cgroup.layout.slots.giveBack({ page: cgroup.slots, first: cgroup.firstSlot });
      (cgroup.isWide ? wideRows : narrowRows).giveBack(cgroup.row);
    },
  };
}
