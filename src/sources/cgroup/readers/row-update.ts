import { existsSync } from 'node:fs';

import type { GroupMask } from '../../../model/field-groups.ts';
import { cgroupSaysNothing } from './cgroup-read-errors.ts';
import { COLUMN } from './cgroup-row.ts';
import type { FileReader } from './file-reader.ts';
import { ALL_GROUPS, isNeeded, type OpenCgroup } from './open-cgroup.ts';

/** `maxStaleMs` is the maximum age of metrics that the gate skips. */
export interface GateOptions {
  readonly gate: boolean;
  readonly maxStaleMs: number;
}

/** Updates rows. The gate leaves out files that cannot have changed while CPU time and memory stand still. */
export class RowUpdate {
  readonly #files: FileReader;
  readonly #options: GateOptions;
  #staleReads = 0;

  constructor(files: FileReader, options: GateOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** Reads that the gate has saved so far. */
  get staleReads(): number {
    return this.#staleReads;
  }

  /** Returns the groups that are of this moment. @throws RKT_ERR_CGROUP, RKT_ERR_CGROUP_PARSE */
  run(cgroup: OpenCgroup, groups: GroupMask, nowMs: number, keepMs: number): GroupMask {
    const { row, paths } = cgroup;
    const { page, base } = row;
    const { counters, gated } = cgroup.layout.planFor(groups);
    const totalNs = page[base + COLUMN.cpu.totalNs];
    const usageBytes = page[base + COLUMN.memory.usageBytes];
    let found = 0;
    let stale = 0;
    for (const file of counters) {
      if (isNeeded(cgroup, file) && this.#files.read(cgroup, file, nowMs, keepMs)) found |= file.groups;
    }
    // What was not measured is NaN, which differs from itself: then nothing is known to be unchanged.
    const hasMoved =
      page[base + COLUMN.cpu.totalNs] !== totalNs || page[base + COLUMN.memory.usageBytes] !== usageBytes;
    const isDue = !(Math.abs(nowMs - cgroup.slowAtMs) < this.#options.maxStaleMs);
    if (hasMoved) cgroup.version += 1;
    if (hasMoved || isDue) cgroup.dirty |= hasMoved ? ALL_GROUPS : ALL_GROUPS & ~groups;
    const isStill = this.#options.gate && (cgroup.absent & cgroup.layout.superseding) === 0;
    for (const { file, whenStill } of gated) {
      if (!isNeeded(cgroup, file)) continue;
      const isKept = whenStill === 'exact' || (whenStill === 'aging' && !isDue);
      if (isKept && isStill && (cgroup.dirty & file.groups & groups) === 0) {
        this.#staleReads += 1;
        found |= file.groups;
        if (whenStill === 'aging') stale |= file.groups;
      } else if (this.#files.read(cgroup, file, nowMs, keepMs)) {
        found |= file.groups;
        cgroup.version += 1;
      }
    }
    cgroup.dirty &= ~groups;
    if (isDue) cgroup.slowAtMs = nowMs;
    if (found === 0 && !paths.some((path) => existsSync(path))) throw cgroupSaysNothing(paths);
    return found & groups & ~stale;
  }
}
