import type { SchedulerLike, Subscription } from 'rxjs';

/** What is done every `intervalMs`. */
export interface Beat {
  readonly intervalMs: number;
  /** When it is due next; kept by the ticker. */
  nextMs: number;
}

/** One timer for all beats. */
export interface Ticker<B extends Beat> {
  add(beat: B): void;
  remove(beat: B): void;
  /** The shortest of the intervals; infinite without any. */
  readonly shortestMs: number;
}

/**
 * A ticker whose beats fall on one grid, so that those of 1 s meet those of 100 ms.
 *
 * A tick that comes so late that others should have come in between is one tick, and the others are told to `onLate`.
 *
 * @param onTick told of all beats that are due at the same time, shortest interval first
 */
export function createTicker<B extends Beat>(
  scheduler: SchedulerLike,
  onTick: (due: readonly B[], nowMs: number) => void,
  onLate: (beat: B, ticks: number) => void,
): Ticker<B> {
  const beats = new Set<B>();
  let epochMs = 0;
  let shortestMs = Infinity;
  let armedForMs = NaN;
  let timer: Subscription | undefined;

  const arm = (): void => {
    const nextMs = Math.min(...[...beats].map((beat) => beat.nextMs));
    if (nextMs === armedForMs) return;
    timer?.unsubscribe();
    timer = undefined;
    armedForMs = NaN;
    if (beats.size === 0) return;
    armedForMs = nextMs;
    timer = scheduler.schedule(fire, Math.max(0, nextMs - scheduler.now()));
  };
  const fire = (): void => {
    armedForMs = NaN;
    const nowMs = scheduler.now();
    const due: B[] = [];
    for (const beat of beats) {
      if (beat.nextMs <= nowMs) {
        const late = Math.floor((nowMs - beat.nextMs) / beat.intervalMs);
        if (late > 0) onLate(beat, late);
        beat.nextMs += (late + 1) * beat.intervalMs;
        due.push(beat);
        // The clock was put back: without this the beat would stay silent until it is where it was.
      } else if (beat.nextMs - nowMs > beat.intervalMs) beat.nextMs = nowMs + beat.intervalMs;
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
    add(beat) {
      const nowMs = scheduler.now();
      if (beats.size === 0) epochMs = nowMs;
      const { intervalMs } = beat;
      const sinceMs = (((nowMs - epochMs) % intervalMs) + intervalMs) % intervalMs;
      beat.nextMs = nowMs + intervalMs - sinceMs;
      beats.add(beat);
      shortestMs = shortest(beats);
      arm();
    },
    remove(beat) {
      beats.delete(beat);
      shortestMs = shortest(beats);
      arm();
    },
  };
}

function shortest(beats: ReadonlySet<Beat>): number {
  return Math.min(...[...beats].map(({ intervalMs }) => intervalMs));
}
