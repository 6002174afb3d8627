import { existsSync } from 'node:fs';

import { cgroupFileMalformed } from './cgroup-read-errors.ts';
import type { LaidOutFile } from './cgroup-file.ts';
import { ABSENT, type DescriptorPool } from './descriptor-pool.ts';
import { pathOf, type OpenCgroup } from './open-cgroup.ts';

/** Reads single files of cgroups into their rows, through a pool of descriptors. */
export class FileReader {
  readonly #pool: DescriptorPool;
  #reads = 0;

  constructor(pool: DescriptorPool) {
    this.#pool = pool;
  }

  /** Files read so far. */
  get reads(): number {
    return this.#reads;
  }

  /** True when the file exists. @throws RKT_ERR_CGROUP_PARSE */
  read(cgroup: OpenCgroup, file: LaidOutFile, nowMs: number, keepMs: number): boolean {
    const { slots, row, absent } = cgroup;
    if ((absent & (1 << file.slot)) !== 0) return false;
    const pool = this.#pool;
    let length = pool.read(slots, file.slot, nowMs);
    if (length === ABSENT) {
      length = pool.open({ slots, slot: file.slot, path: pathOf(cgroup, file) }, { nowMs, keepMs });
      if (length === ABSENT) {
        noteAbsent(cgroup, file);
        return false;
      }
    }
    this.#reads += 1;
    if (file.parse(pool.bytes, length, row.page, row.base)) return true;
    throw cgroupFileMalformed(pathOf(cgroup, file), pool.bytes.subarray(0, length));
  }
}

/** Records that a file is missing, but only if its directory exists: the directory may be created a moment later. */
function noteAbsent(cgroup: OpenCgroup, file: LaidOutFile): void {
  if (existsSync(cgroup.paths[file.directory] ?? '')) cgroup.absent |= 1 << file.slot;
}
