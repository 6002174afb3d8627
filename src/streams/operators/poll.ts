import {
  EMPTY,
  asyncScheduler,
  catchError,
  defer,
  exhaustMap,
  filter,
  finalize,
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
  /** A tick found the round before it still running. Told how many were skipped since the subscription. */
  readonly onSkip?: (skippedSoFar: number) => void;
  /** A round failed; polling goes on. Throwing from here ends the stream with what was thrown. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Does `work` at once and then every `intervalMs`, never twice at the same time.
 *
 * A tick that finds the last round still running is skipped, counted and never made up for. Without `onError` the first
 * failure ends the stream. Unsubscribing stops the ticker and unsubscribes from a round in flight. Cold.
 */
export function poll<T>(work: () => ObservableInput<T>, options: PollOptions): Observable<T> {
  const { intervalMs, initialDelayMs = 0, scheduler = asyncScheduler, onSkip, onError } = options;
  return defer(() => {
    let isBusy = false;
    let skipped = 0;
    const round = (): Observable<T> => {
      isBusy = true;
      return defer(work).pipe(
        catchError((error: unknown) => {
          if (onError === undefined) throw error;
          onError(error);
          return EMPTY;
        }),
        finalize(() => {
          isBusy = false;
        }),
      );
    };
    return timer(initialDelayMs, intervalMs, scheduler).pipe(
      filter(() => {
        if (!isBusy) return true;
        skipped += 1;
        onSkip?.(skipped);
        return false;
      }),
      exhaustMap(round),
    );
  });
}
