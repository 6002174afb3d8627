import { closeSync } from 'node:fs';

import type { DescriptorStats } from '../../../model/sampling-stats.ts';
import { errnoCode } from '../../kernel-file.ts';
import { NOT_OPEN } from './descriptor-list.ts';
import { OpenDescriptors, type ReadTime } from './open-descriptors.ts';
import { ReadBuffer } from './read-buffer.ts';

/**
 * Kernel files that are read repeatedly, through descriptors that stay open while the budget permits.
 *
 * Slots are the descriptors of one owner: 0 for a file that is not open.
 */
export interface DescriptorPool {
  /** The last contents: the buffer is reused by the next read, and replaced by a larger one if necessary. */
  readonly bytes: Uint8Array;
  /**
   * Reads the open file of a slot from its beginning; returns the number of bytes, or {@link ABSENT} if the slot is
   * empty.
   */
  read(slots: Uint16Array, slot: number, nowMs: number): number;
  /** Opens a file and reads it; returns the number of bytes, or {@link ABSENT} when there is no such file. */
  open(file: PooledFile, time: ReadTime): number;
  /** Closes the files of these slots: all, or `count` from the first on. */
  release(slots: Uint16Array, first?: number, count?: number): void;
  readonly stats: Readonly<DescriptorStats>;
}

export const ABSENT = -1;

/** A file, and the slot of its owner for its descriptor. */
export interface PooledFile {
  readonly slots: Uint16Array;
  readonly slot: number;
  readonly path: string;
}

/**
 * A pool of at most `budget` descriptors.
 *
 * When it is full, the least recently used one is evicted, but only if it was unused for longer than `keepMs`:
 * otherwise, with one more file than the budget read in turn, each would be closed just before it is needed again.
 */
export function createDescriptorPool(budget: number): DescriptorPool {
  const descriptors = new OpenDescriptors(budget);
  const { list, stats } = descriptors;
  const buffer = new ReadBuffer();

  return {
    get bytes() {
      return buffer.bytes;
    },
    stats,
    read(slots, slot, nowMs) {
      const node = slots[slot] as number;
      if (node === NOT_OPEN) return ABSENT;
      list.use(node, nowMs);
      return buffer.readAll(list.fd(node));
    },
    open({ slots, slot, path }, time) {
      const fd = descriptors.open(path);
      if (fd === undefined) return ABSENT;
      const isKept = descriptors.add(fd, slots, slot, time);
      try {
        return buffer.readAll(fd);
      } catch (error) {
        // Some files can be opened but not read, such as pressure where it is disabled in the kernel.
        if (errnoCode(error) !== 'EOPNOTSUPP') throw error;
        if (isKept) descriptors.close(slots[slot] as number);
        return ABSENT;
      } finally {
        if (!isKept) closeSync(fd);
      }
    },
    release(slots, first = 0, count = slots.length) {
      for (let slot = first; slot < first + count; slot += 1) {
        const node = slots[slot] as number;
        if (node !== NOT_OPEN) descriptors.close(node);
      }
    },
  };
}
