import {
  EMPTY,
  asyncScheduler,
  catchError,
  defer,
  exhaustMap,
  timer,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';

export interface PollOptions {
  readonly intervalMs: number;
  /** Wait before the first round; 0 by default. */
  readonly initialDelayMs?: number;
  readonly scheduler?: SchedulerLike;
  /** A round failed; polling continues. Throwing from here ends the stream with that error. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Does `work` at once and then every `intervalMs`, never twice at the same time.
 *
 * A tick that finds the last round still running is skipped and never made up for. Without `onError` the first failure ends
 * the stream. Unsubscribing stops the timer and unsubscribes from a round in flight. Cold.
 *
 * @example
 * poll(() => listPods(runner), { intervalMs: 5_000 }).subscribe((pods) => console.log(pods.length));
 */
export function poll<T>(work: () => ObservableInput<T>, options: PollOptions): Observable<T> {
  const { intervalMs, initialDelayMs = 0, scheduler = asyncScheduler, onError } = options;
  const round$ = defer(work);
  const survivor$ =
    onError === undefined
      ? round$
      : round$.pipe(
          catchError((error: unknown) => {
            onError(error);
            return EMPTY;
          }),
        );
  return timer(initialDelayMs, intervalMs, scheduler).pipe(exhaustMap(() => survivor$));
}
