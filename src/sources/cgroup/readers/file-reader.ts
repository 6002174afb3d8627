import { existsSync } from 'node:fs';

import { cgroupFileMalformed } from './cgroup-read-errors.ts';
import type { LaidOutFile } from './cgroup-file.ts';
import type { Row } from './cgroup-row.ts';
import { ABSENT, type DescriptorPool } from './descriptor-pool.ts';
import type { ReadTime } from './open-descriptors.ts';
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
    const length = this.#readBytes(cgroup, file, nowMs, keepMs);
    return length !== ABSENT && this.#parse(cgroup, file, length, cgroup.row);
  }

  /** The same, into another row than that of the cgroup. */
  readInto(row: Row, cgroup: OpenCgroup, file: LaidOutFile, { nowMs, keepMs }: ReadTime): boolean {
    const length = this.#readBytes(cgroup, file, nowMs, keepMs);
    return length !== ABSENT && this.#parse(cgroup, file, length, row);
  }

  /** Closes the files of a cgroup; they are opened again by the next read. */
  release(cgroup: OpenCgroup): void {
    this.#pool.release(cgroup.slots, cgroup.firstSlot, cgroup.layout.files.length);
    cgroup.absent = 0;
  }

  #readBytes(cgroup: OpenCgroup, file: LaidOutFile, nowMs: number, keepMs: number): number {
    const { slots, absent } = cgroup;
    const slot = cgroup.firstSlot + file.slot;
    if ((absent & (1 << file.slot)) !== 0) return ABSENT;
    const pool = this.#pool;
    let length = pool.read(slots, slot, nowMs);
    if (length === ABSENT) {
      length = pool.open({ slots, slot, path: pathOf(cgroup, file) }, { nowMs, keepMs });
      if (length === ABSENT) {
        noteAbsent(cgroup, file);
        return ABSENT;
      }
    }
    this.#reads += 1;
    return length;
  }

  #parse(cgroup: OpenCgroup, file: LaidOutFile, length: number, { page, base }: Row): boolean {
    const { bytes } = this.#pool;
    if (file.parse(bytes, length, page, base)) return true;
    throw cgroupFileMalformed(pathOf(cgroup, file), bytes.subarray(0, length));
  }
}

/** Records that a file is missing, but only if its directory exists: the directory may be created a moment later. */
function noteAbsent(cgroup: OpenCgroup, file: LaidOutFile): void {
  if (existsSync(cgroup.paths[file.directory] ?? '')) cgroup.absent |= 1 << file.slot;
}
