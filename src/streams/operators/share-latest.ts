import {
  ReplaySubject,
  asyncScheduler,
  share,
  timer,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
} from 'rxjs';

/** How long a shared source lives on without subscribers, so that one who comes right back finds it warm. */
export const DEFAULT_RESET_DELAY_MS = 1_000;

export interface ShareLatestOptions {
  /** 0 stops the source in the moment the last subscriber leaves. */
  readonly resetDelayMs?: number;
  readonly scheduler?: SchedulerLike;
}

/**
 * Shares one subscription to the source among all subscribers, and gives each newcomer the latest value at once.
 *
 * The first subscriber starts the source; it is stopped, and its latest value forgotten, `resetDelayMs` after the last
 * one left. An error or completion reaches everybody and resets at once: the next subscriber starts the source anew.
 */
export function shareLatest<T>({
  resetDelayMs = DEFAULT_RESET_DELAY_MS,
  scheduler = asyncScheduler,
}: ShareLatestOptions = {}): MonoTypeOperatorFunction<T> {
  return share<T>({
    connector: () => new ReplaySubject<T>(1),
    resetOnRefCountZero: resetDelayMs === 0 ? true : () => timer(resetDelayMs, scheduler),
  });
}
