import type { SchedulerLike } from 'rxjs';

/** `idle` before the first use; `ended` at the end of the recording. */
export type ReplayMode = 'idle' | 'playing' | 'paused' | 'ended' | 'closed';

/** The time of a replay: that of the scheduler, faster or slower, and from another begin. */
export interface ReplayClock {
  readonly mode: ReplayMode;
  /** How many times faster than recorded it plays. */
  readonly speed: number;
  /** The time of the recording now, in ms since 1970. */
  now(): number;
  /** Continues at a time, in this mode. */
  set(timeMs: number, mode: ReplayMode): void;
  /** Continues at the time of now. */
  setSpeed(speed: number): void;
}

export interface ReplayClockOptions {
  readonly speed: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly scheduler: SchedulerLike;
}

export function createReplayClock({
  speed: firstSpeed,
  fromMs,
  toMs,
  scheduler,
}: ReplayClockOptions): ReplayClock {
  let mode: ReplayMode = 'idle';
  let speed = firstSpeed;
  /** The replay is at this time at that moment of the scheduler. */
  let anchor = { timeMs: fromMs, atMs: 0 };
  const now = (): number =>
    mode === 'playing'
      ? Math.min(toMs, anchor.timeMs + (scheduler.now() - anchor.atMs) * speed)
      : anchor.timeMs;
  return {
    get mode() {
      return mode;
    },
    get speed() {
      return speed;
    },
    now,
    setSpeed(next) {
      anchor = { timeMs: now(), atMs: scheduler.now() };
      speed = next;
    },
    set(timeMs, next) {
      anchor = { timeMs: Math.min(toMs, Math.max(fromMs, timeMs)), atMs: scheduler.now() };
      mode = next;
    },
  };
}
