import type { SchedulerLike, Subscription } from 'rxjs';

/** What ticks every `intervalMs`. */
export interface Ticking {
  readonly intervalMs: number;
  /** When it is due next; kept by the ticker. */
  nextMs: number;
}

/** One timer for all intervals. */
export interface Ticker<T extends Ticking> {
  add(ticking: T): void;
  remove(ticking: T): void;
  /** The shortest of the intervals; infinite without any. */
  readonly shortestMs: number;
}

export interface TickerHandlers<T extends Ticking> {
  /** All that is due at the same time, shortest interval first. */
  readonly onTick: (due: readonly T[], nowMs: number) => void;
  /** The number of missed ticks, because this one came late. */
  readonly onLate: (ticking: T, ticks: number) => void;
}

/**
 * A ticker whose ticks are aligned to one grid, so that those of 1 s coincide with those of 100 ms.
 *
 * A late tick counts once; the ticks that should have come in between are missed.
 */
export function createTicker<T extends Ticking>(
  scheduler: SchedulerLike,
  { onTick, onLate }: TickerHandlers<T>,
): Ticker<T> {
  const all = new Set<T>();
  let epochMs = 0;
  let shortestMs = Infinity;
  let armedForMs = NaN;
  let timer: Subscription | undefined;

  const arm = (): void => {
    const nextMs = Math.min(...[...all].map((ticking) => ticking.nextMs));
    if (nextMs === armedForMs) return;
    timer?.unsubscribe();
    timer = undefined;
    armedForMs = NaN;
    if (all.size === 0) return;
    armedForMs = nextMs;
    timer = scheduler.schedule(fire, Math.max(0, nextMs - scheduler.now()));
  };
  const fire = (): void => {
    armedForMs = NaN;
    const nowMs = scheduler.now();
    const due: T[] = [];
    for (const ticking of all) {
      if (ticking.nextMs <= nowMs) {
        const late = Math.floor((nowMs - ticking.nextMs) / ticking.intervalMs);
        if (late > 0) onLate(ticking, late);
        ticking.nextMs += (late + 1) * ticking.intervalMs;
        due.push(ticking);
        // The clock was put back: without this it would stay silent until it is where it was.
      } else if (ticking.nextMs - nowMs > ticking.intervalMs) ticking.nextMs = nowMs + ticking.intervalMs;
    }
    if (due.length > 0)
      onTick(
        due.sort((a, b) => a.intervalMs - b.intervalMs),
        nowMs,
      );
    arm();
  };

  return {
    get shortestMs() {
      return shortestMs;
    },
    add(ticking) {
      const nowMs = scheduler.now();
      if (all.size === 0) epochMs = nowMs;
      const { intervalMs } = ticking;
      const sinceMs = (((nowMs - epochMs) % intervalMs) + intervalMs) % intervalMs;
      ticking.nextMs = nowMs + intervalMs - sinceMs;
      all.add(ticking);
      shortestMs = shortest(all);
      arm();
    },
    remove(ticking) {
      all.delete(ticking);
      shortestMs = shortest(all);
      arm();
    },
  };
}

function shortest(all: ReadonlySet<Ticking>): number {
  return Math.min(...[...all].map(({ intervalMs }) => intervalMs));
}
