import { closeSync, constants, openSync, readSync } from 'node:fs';

import type { DescriptorStats } from '../../../model/sampling-stats.ts';
import { errnoCode } from '../../kernel-file.ts';

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
  /**
   * Opens a file and reads it; returns the number of bytes, or {@link ABSENT} when there is no such file.
   *
   * @param keepMs how long an unused descriptor is protected from eviction
   */
  open(slots: Uint16Array, slot: number, path: string, nowMs: number, keepMs: number): number;
  /** Closes the files of these slots. */
  release(slots: Uint16Array): void;
  readonly stats: Readonly<DescriptorStats>;
}

export const ABSENT = -1;

const NOT_OPEN = 0;
/** Entries of the pool are numbered in 16 bits; 0 means none. */
const MAX_BUDGET = 65_000;
const FIRST_BUFFER_BYTES = 4_096;
const ABSENT_CODES = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'EOPNOTSUPP', 'EACCES', 'EPERM', 'ESRCH']);

/**
 * A pool of at most `budget` descriptors.
 *
 * When it is full, the least recently used one is evicted, but only if it was unused for longer than `keepMs`:
 * otherwise, with one more file than the budget read in turn, each would be closed just before it is needed again.
 */
export function createDescriptorPool(budget: number): DescriptorPool {
  const size = Math.min(Math.max(0, Math.trunc(budget)), MAX_BUDGET);
  const nodes = createNodes(size);
  const stats = { open: 0, budget: size, opened: 0, evicted: 0 };
  let bytes = new Uint8Array(FIRST_BUFFER_BYTES);

  const readAll = (fd: number): number => {
    for (;;) {
      const length = readSync(fd, bytes, 0, bytes.length, 0);
      if (length < bytes.length) return length;
      bytes = new Uint8Array(2 * bytes.length);
    }
  };
  const close = (node: number): void => {
    closeSync(nodes.forget(node));
    stats.open -= 1;
  };
  const open = (path: string): number => {
    for (;;) {
      try {
        const fd = openSync(path, constants.O_RDONLY);
        stats.opened += 1;
        return fd;
      } catch (error) {
        const code = errnoCode(error);
        if (ABSENT_CODES.has(code)) return ABSENT;
        // Other code has used up the descriptors of the budget.
        if ((code !== 'EMFILE' && code !== 'ENFILE') || nodes.oldest() === NOT_OPEN) throw error;
        close(nodes.oldest());
        stats.evicted += 1;
        stats.budget = stats.open;
      }
    }
  };
  const hasRoom = (nowMs: number, keepMs: number): boolean => {
    if (stats.open < stats.budget) return true;
    const oldest = nodes.oldest();
    if (oldest === NOT_OPEN || Math.abs(nowMs - nodes.usedAtMs(oldest)) <= keepMs) return false;
    close(oldest);
    stats.evicted += 1;
    return true;
  };

  return {
    get bytes() {
      return bytes;
    },
    stats,
    read(slots, slot, nowMs) {
      const node = slots[slot] as number;
      if (node === NOT_OPEN) return ABSENT;
      nodes.use(node, nowMs);
      return readAll(nodes.fd(node));
    },
    open(slots, slot, path, nowMs, keepMs) {
      const fd = open(path);
      if (fd === ABSENT) return ABSENT;
      const isKept = hasRoom(nowMs, keepMs);
      if (isKept) {
        nodes.add(fd, slots, slot, nowMs);
        stats.open += 1;
      }
      try {
        return readAll(fd);
      } catch (error) {
        // Some files can be opened but not read, such as pressure where it is disabled in the kernel.
        if (errnoCode(error) !== 'EOPNOTSUPP') throw error;
        if (isKept) close(slots[slot] as number);
        return ABSENT;
      } finally {
        if (!isKept) closeSync(fd);
      }
    },
    release(slots) {
      for (const node of slots) if (node !== NOT_OPEN) close(node);
    },
  };
}

/** An LRU list in arrays of numbers: it allocates nothing. Node 0 is both ends. */
interface Nodes {
  fd(node: number): number;
  usedAtMs(node: number): number;
  oldest(): number;
  use(node: number, nowMs: number): void;
  add(fd: number, slots: Uint16Array, slot: number, nowMs: number): void;
  /** Removes the node from the list and from its owner's slots; returns the descriptor. */
  forget(node: number): number;
}

function createNodes(size: number): Nodes {
  const fds = new Int32Array(size + 1);
  const next = new Uint16Array(size + 1);
  const previous = new Uint16Array(size + 1);
  const usedAtMs = new Float64Array(size + 1);
  const ownerSlot = new Uint8Array(size + 1);
  const owners: (Uint16Array | undefined)[] = [];
  const free: number[] = [];
  let made = 0;

  const link = (node: number): void => {
    const first = next[0] as number;
    next[0] = node;
    previous[node] = 0;
    next[node] = first;
    previous[first] = node;
  };
  const unlink = (node: number): void => {
    const before = previous[node] as number;
    const after = next[node] as number;
    next[before] = after;
    previous[after] = before;
  };
  return {
    fd: (node) => fds[node] as number,
    usedAtMs: (node) => usedAtMs[node] as number,
    oldest: () => previous[0] as number,
    use(node, nowMs) {
      usedAtMs[node] = nowMs;
      if (next[0] === node) return;
      unlink(node);
      link(node);
    },
    add(fd, slots, slot, nowMs) {
      const node = free.pop() ?? (made += 1);
      fds[node] = fd;
      usedAtMs[node] = nowMs;
      owners[node] = slots;
      ownerSlot[node] = slot;
      slots[slot] = node;
      link(node);
    },
    forget(node) {
      unlink(node);
      const slots = owners[node];
      if (slots !== undefined) slots[ownerSlot[node] as number] = NOT_OPEN;
      owners[node] = undefined;
      free.push(node);
      return fds[node] as number;
    },
  };
}
