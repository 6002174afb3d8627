import type { SchedulerLike } from 'rxjs';

/** `idle` before the first use; `ended` at the end of the recording. */
export type ReplayMode = 'idle' | 'playing' | 'paused' | 'ended' | 'closed';

/** The time of a replay: that of the scheduler, faster or slower, and from another begin. */
export interface ReplayClock {
  readonly mode: ReplayMode;
  /** The time of the recording now, in ms since 1970. */
  now(): number;
  /** Continues at a time, in this mode. */
  set(timeMs: number, mode: ReplayMode): void;
}

export interface ReplayClockOptions {
  readonly speed: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly scheduler: SchedulerLike;
}

export function createReplayClock({ speed, fromMs, toMs, scheduler }: ReplayClockOptions): ReplayClock {
  let mode: ReplayMode = 'idle';
  /** The replay is at this time at that moment of the scheduler. */
  let anchor = { timeMs: fromMs, atMs: 0 };
  return {
    get mode() {
      return mode;
    },
    now: () =>
      mode === 'playing'
        ? Math.min(toMs, anchor.timeMs + (scheduler.now() - anchor.atMs) * speed)
        : anchor.timeMs,
    set(timeMs, next) {
      anchor = { timeMs: Math.min(toMs, Math.max(fromMs, timeMs)), atMs: scheduler.now() };
      mode = next;
    },
  };
}
