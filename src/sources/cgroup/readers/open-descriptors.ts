import { closeSync, constants, openSync } from 'node:fs';

import type { DescriptorStats } from '../../../model/sampling-stats.ts';
import { errnoCode } from '../../kernel-file.ts';
import { NOT_OPEN, createDescriptorList, type DescriptorList } from './descriptor-list.ts';

/** Entries of the list are numbered in 16 bits; 0 means none. */
const MAX_BUDGET = 65_000;
const ABSENT_CODES = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'EOPNOTSUPP', 'EACCES', 'EPERM', 'ESRCH']);

/** The descriptors that stay open, within a budget. */
export class OpenDescriptors {
  readonly list: DescriptorList;
  readonly stats: { -readonly [Key in keyof DescriptorStats]: DescriptorStats[Key] };

  constructor(budget: number) {
    const size = Math.min(Math.max(0, Math.trunc(budget)), MAX_BUDGET);
    this.list = createDescriptorList(size);
    this.stats = { open: 0, budget: size, opened: 0, evicted: 0 };
  }

  /** A new descriptor, which is not in the list yet; undefined when there is no such file. */
  open(path: string): number | undefined {
    for (;;) {
      try {
        const fd = openSync(path, constants.O_RDONLY);
        this.stats.opened += 1;
        return fd;
      } catch (error) {
        const code = errnoCode(error);
        if (ABSENT_CODES.has(code)) return undefined;
        const isExhausted = code === 'EMFILE' || code === 'ENFILE';
        if (!isExhausted || this.list.oldest() === NOT_OPEN) throw error;
        // Other code has used up the descriptors of the budget.
        this.#evict();
        this.stats.budget = this.stats.open;
      }
    }
  }

  /** Adds a descriptor to the list, and evicts the oldest one if the pool is full; false when that is too young. */
  add(fd: number, slots: Uint16Array, slot: number, time: ReadTime): boolean {
    if (this.stats.open >= this.stats.budget) {
      const oldest = this.list.oldest();
      const isTooYoung = Math.abs(time.nowMs - this.list.usedAtMs(oldest)) <= time.keepMs;
      if (oldest === NOT_OPEN || isTooYoung) return false;
      this.#evict();
    }
    this.list.add(fd, slots, slot, time.nowMs);
    this.stats.open += 1;
    return true;
  }

  close(node: number): void {
    closeSync(this.list.forget(node));
    this.stats.open -= 1;
  }

  #evict(): void {
    this.close(this.list.oldest());
    this.stats.evicted += 1;
  }
}

/** When a file is read, and how long an unused descriptor is protected from eviction. */
export interface ReadTime {
  readonly nowMs: number;
  readonly keepMs: number;
}
