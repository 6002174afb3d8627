/** The slots of a cgroup: `page[first + slot]` is the descriptor of each of its files. */
export interface Slots {
  readonly page: Uint16Array;
  readonly first: number;
}

/** Slots of many cgroups, in a few large arrays: a small array of its own takes five times as much as its numbers. */
export interface SlotPool {
  /** The slots of files none of which is open. */
  take(): Slots;
  giveBack(slots: Slots): void;
}

const CGROUPS_A_PAGE = 64;

/** @param length the slots of one cgroup */
export function createSlotPool(length: number): SlotPool {
  const free: Slots[] = [];
  let page = new Uint16Array(0);
  let next = 0;
  return {
    take() {
      const used = free.pop();
      if (used !== undefined) return used;
      if (next >= page.length) {
        page = new Uint16Array(CGROUPS_A_PAGE * length);
        next = 0;
      }
      const first = next;
      next += length;
      return { page, first };
    },
    giveBack: (slots) => void free.push(slots),
  };
}
