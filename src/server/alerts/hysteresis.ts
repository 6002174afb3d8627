/** Where the line is crossed, and for how long. */
export interface Thresholds {
  readonly raise: number;
  readonly clear: number;
  readonly holdMs: number;
}

/** Whether a value is too high, without flapping. */
export interface Hysteresis {
  /** What became of it by this value; undefined when nothing did. */
  update(value: number, timeMs: number): 'raised' | 'cleared' | undefined;
  readonly isRaised: boolean;
}

/** Raised after `holdMs` at `raise` or above, cleared after as long at `clear` or below; in between all stays as it is. */
export function createHysteresis({ raise, clear, holdMs }: Thresholds, isRaisedAtFirst = false): Hysteresis {
  let isRaised = isRaisedAtFirst;
  let sinceMs: number | undefined;
  return {
    update(value, timeMs) {
      const isOver = isRaised ? value <= clear : value >= raise;
      if (!isOver) {
        sinceMs = undefined;
        return undefined;
      }
      sinceMs ??= timeMs;
      if (timeMs - sinceMs < holdMs) return undefined;
      isRaised = !isRaised;
      sinceMs = undefined;
      return isRaised ? 'raised' : 'cleared';
    },
    get isRaised() {
      return isRaised;
    },
  };
}
