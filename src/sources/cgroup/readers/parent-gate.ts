import { join } from 'node:path';

import { readKernelFile } from '../../kernel-file.ts';
import type { MotionFiles } from './cgroup-file.ts';
import { COLUMN, type Row } from './cgroup-row.ts';
import type { FileReader } from './file-reader.ts';
import type { ReadTime } from './open-descriptors.ts';
import { usageOf, type OpenCgroup, type SharedGate, type Usage } from './open-cgroup.ts';
import { RestLedger } from './rest-ledger.ts';

/** With fewer cgroups below the parent there is nothing to save. */
const MIN_CGROUPS = 8;
/** Moving cgroups are read twice: by the check, and for their sample. */
const MAX_MOVING = 64;
const MAX_MOVING_PART = 1 / 8;
/** How often moving cgroups are read until the parent has not moved meanwhile. */
const ATTEMPTS = 3;
/** Checks that are left out after so many in a row that the parent moved in. */
const CHECKS_WHEN_RESTLESS = 10;
/** For how long nothing is taken to move after a check: about one slice of a round. */
const VALID_MS = 5;
/** The part of the interval for which the others are read after a check: a round takes no longer. */
const OPEN_PART = 0.25;
const MAX_OPEN_MS = 1_000;
const NS_PER_US = 1_000;

/**
 * The gate of all cgroups below one parent.
 *
 * The kernel adds what a cgroup uses to its ancestors in the same step. So while the usage of the parent, less that of
 * the few cgroups that are known to move, stays the same, none of the others has moved, and two reads answer for all of
 * them. CPU time only increases, and without CPU time memory only decreases, so two changes cannot cancel out.
 */
export class ParentGate implements SharedGate {
  readonly #parent: OpenCgroup;
  readonly #motion: MotionFiles;
  readonly #files: FileReader;
  readonly #ledger = new RestLedger();
  readonly #scratch: Row;
  #isUsable: boolean | undefined;
  #checkedAtMs = NaN;
  #isStill = false;
  #restless = 0;

  /** @param parent the directories of the parent, with a row and slots of its own */
  constructor(parent: OpenCgroup, motion: MotionFiles, files: FileReader) {
    this.#parent = parent;
    this.#motion = motion;
    this.#files = files;
    this.#scratch = { page: new Float64Array(parent.row.page.length), base: 0 };
  }

  get parent(): OpenCgroup {
    return this.#parent;
  }

  isStill(cgroup: OpenCgroup, nowMs: number, keepMs: number): boolean {
    if (!this.#ledger.isResting(cgroup)) return false;
    const validMs = this.#isStill ? VALID_MS : Math.min(OPEN_PART * keepMs, MAX_OPEN_MS);
    if (Math.abs(nowMs - this.#checkedAtMs) < validMs) return this.#isStill;
    this.#checkedAtMs = nowMs;
    this.#isStill = this.#check({ nowMs, keepMs });
    return this.#isStill;
  }

  note(cgroup: OpenCgroup, before: Usage, isComplete: boolean): void {
    const now = usageOf(cgroup.row);
    if (now.cpuNs >= 0 && now.memoryBytes >= 0)
      this.#ledger.note(cgroup, before, now, { isComplete, maxMoving: this.#maxMoving() });
  }

  leave(cgroup: OpenCgroup): void {
    this.#ledger.leave(cgroup);
  }

  #maxMoving(): number {
    return Math.min(MAX_MOVING, this.#ledger.size * MAX_MOVING_PART);
  }

  #check(time: ReadTime): boolean {
    const { size, moving } = this.#ledger;
    if (size < MIN_CGROUPS || moving.size > this.#maxMoving()) return false;
    this.#isUsable ??= this.#countsBelow();
    if (!this.#isUsable) return false;
    if (this.#restless >= ATTEMPTS) {
      this.#restless = (this.#restless + 1) % (ATTEMPTS + CHECKS_WHEN_RESTLESS);
      return false;
    }
    const rest = this.#readRest(time);
    this.#restless = rest === undefined ? this.#restless + 1 : 0;
    return rest !== undefined && this.#ledger.isUnchanged(rest, this.#toleranceNs());
  }

  /** What the parent has used without the moving cgroups, at one moment; undefined when there was no such moment. */
  #readRest(time: ReadTime): Usage | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const all = this.#read(this.#parent, this.#parent.row, time);
      if (all === undefined) return undefined;
      let { cpuNs, memoryBytes } = all;
      const { moving } = this.#ledger;
      if (moving.size === 0) return all;
      for (const cgroup of moving) {
        const one = this.#read(cgroup, this.#scratch, time);
        if (one === undefined) return undefined;
        cpuNs -= one.cpuNs;
        memoryBytes -= one.memoryBytes;
      }
      const after = this.#read(this.#parent, this.#parent.row, time);
      if (after?.cpuNs === all.cpuNs && after.memoryBytes === all.memoryBytes) return { cpuNs, memoryBytes };
    }
    return undefined;
  }

  #read(cgroup: OpenCgroup, row: Row, time: ReadTime): Usage | undefined {
    const { cpu, memory } = this.#motion;
    try {
      if (!this.#files.readInto(row, cgroup, cpu, time)) return undefined;
      if (!this.#files.readInto(row, cgroup, memory, time)) return undefined;
      return usageOf(row);
    } catch {
      // It is gone, or about to go: the read for its sample reports that.
      if (cgroup === this.#parent) this.#files.release(cgroup);
      return undefined;
    }
  }

  /** v2 counts in µs, rounded for each cgroup; above 2^53 ns the numbers of v1 are rounded as well. */
  #toleranceNs(): number {
    const isRounded =
      this.#motion.cpu.version === 'v2' ||
      (this.#parent.row.page[COLUMN.cpu.totalNs] as number) > Number.MAX_SAFE_INTEGER;
    return isRounded ? (this.#ledger.moving.size + 2) * NS_PER_US : 0;
  }

  /** Before Linux 5.11, memory of v1 could be set not to include descendants. */
  #countsBelow(): boolean {
    const directory = this.#parent.paths[this.#motion.memory.directory] ?? '';
    return readKernelFile(join(directory, 'memory.use_hierarchy'))?.trim() !== '0';
  }
}
