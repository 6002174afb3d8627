/** The slot of a file that is not open, and the node that is both ends of the list. */
export const NOT_OPEN = 0;

/** An LRU list in arrays of numbers: it allocates nothing. Node 0 is both ends. */
export interface DescriptorList {
  fd(node: number): number;
  usedAtMs(node: number): number;
  oldest(): number;
  use(node: number, nowMs: number): void;
  add(fd: number, slots: Uint16Array, slot: number, nowMs: number): void;
  /** Removes the node from the list and from its owner's slots; returns the descriptor. */
  forget(node: number): number;
}

export function createDescriptorList(size: number): DescriptorList {
  const fds = new Int32Array(size + 1);
  const next = new Uint16Array(size + 1);
  const previous = new Uint16Array(size + 1);
  const usedAtMs = new Float64Array(size + 1);
  const ownerSlot = new Uint16Array(size + 1);
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
