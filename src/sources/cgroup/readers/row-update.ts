import { existsSync } from 'node:fs';

import type { GroupMask } from '../../../model/field-groups.ts';
import { cgroupSaysNothing } from './cgroup-read-errors.ts';
import type { FileReader } from './file-reader.ts';
import { ALL_GROUPS, isNeeded, usageOf, type OpenCgroup } from './open-cgroup.ts';
import type { ReadingPlan } from './reading-plan.ts';

/** `maxStaleMs` is the maximum age of metrics that the gate skips. */
export interface GateOptions {
  readonly gate: boolean;
  readonly maxStaleMs: number;
}

/** Files that can be changed from outside are read so much less often while the parent gate spares their cgroup. */
const SPARED_INTERVALS = 6;

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
    const plan = cgroup.layout.planFor(groups);
    const isGated = this.#options.gate && (cgroup.absent & cgroup.layout.superseding) === 0;
    const isSpared =
      isGated && plan.readsMotion && cgroup.parentGate?.isStill(cgroup, nowMs, keepMs) === true;
    const maxAgeMs = isSpared ? SPARED_INTERVALS * this.#options.maxStaleMs : this.#options.maxStaleMs;
    const isDue = !(Math.abs(nowMs - cgroup.slowAtMs) < maxAgeMs);
    if (isSpared && !isDue && (cgroup.dirty & groups) === 0 && plan.others.length === 0) {
      this.#staleReads += plan.counters.length + plan.gated.length;
      return cgroup.present & groups & ~plan.aging;
    }
    // One that reads no other file would not notice that its cgroup is gone.
    const skipsCounters = isSpared && !(isDue && plan.aging === 0);
    let found = skipsCounters
      ? this.#spare(cgroup, plan, nowMs, keepMs)
      : this.#move(cgroup, plan, nowMs, keepMs);
    if (isDue) cgroup.dirty |= ALL_GROUPS & ~groups;
    let stale = 0;
    for (const { file, whenStill } of plan.gated) {
      if (!isNeeded(cgroup, file)) continue;
      const isKept = whenStill === 'exact' || (whenStill === 'aging' && !isDue);
      if (isKept && isGated && (cgroup.dirty & file.groups & groups) === 0) {
        this.#staleReads += 1;
        found |= file.groups;
        if (whenStill === 'aging') stale |= file.groups;
      } else if (this.#files.read(cgroup, file, nowMs, keepMs)) {
        found |= file.groups;
        cgroup.version += 1;
      }
    }
    cgroup.dirty &= ~groups;
    cgroup.present |= found;
    if (isDue) cgroup.slowAtMs = nowMs;
    if (found === 0 && !cgroup.paths.some((path) => existsSync(path))) throw cgroupSaysNothing(cgroup.paths);
    return found & groups & ~stale;
  }

  /** Reads the counters, and notes whether they have changed. */
  #move(cgroup: OpenCgroup, plan: ReadingPlan, nowMs: number, keepMs: number): GroupMask {
    const before = usageOf(cgroup.row);
    let found = 0;
    for (const file of plan.counters) {
      if (isNeeded(cgroup, file) && this.#files.read(cgroup, file, nowMs, keepMs)) found |= file.groups;
    }
    // What was not measured is NaN, which differs from itself: then nothing is known to be unchanged.
    const now = usageOf(cgroup.row);
    if (now.cpuNs !== before.cpuNs || now.memoryBytes !== before.memoryBytes) {
      cgroup.version += 1;
      cgroup.dirty = ALL_GROUPS;
    }
    cgroup.parentGate?.note(cgroup, before, plan.readsMotion);
    return found;
  }

  /** Reads only the counters that can change while CPU time and memory do not. */
  #spare(cgroup: OpenCgroup, plan: ReadingPlan, nowMs: number, keepMs: number): GroupMask {
    this.#staleReads += plan.counters.length - plan.others.length;
    let found = 0;
    for (const file of plan.counters) {
      if (!isNeeded(cgroup, file)) continue;
      if (!plan.others.includes(file) || this.#files.read(cgroup, file, nowMs, keepMs)) found |= file.groups;
    }
    return found;
  }
}
