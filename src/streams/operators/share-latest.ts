import {
  ReplaySubject,
  asyncScheduler,
  share,
  timer,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
} from 'rxjs';

/** How long a shared source stays subscribed without subscribers, so that a quick resubscription finds it running. */
export const DEFAULT_RESET_DELAY_MS = 1_000;

export interface ShareLatestOptions {
  /** 0 stops the source when the last subscriber unsubscribes. */
  readonly resetDelayMs?: number;
  readonly scheduler?: SchedulerLike;
}

/**
 * Shares one subscription to the source among all subscribers, and replays the latest value to new ones.
 *
 * The first subscriber starts the source; it is stopped, and its latest value dropped, `resetDelayMs` after the last
 * one unsubscribed. An error or completion reaches all subscribers and resets immediately: the next subscriber starts
 * the source again.
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
