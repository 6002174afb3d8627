import { defer, fromEvent, identity, of, takeUntil, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Completes the stream when the signal is aborted; immediately, without subscribing to the source, if it already was.
 *
 * Without a signal the stream is unchanged.
 */
export function takeUntilAbort<T>(signal: AbortSignal | undefined): MonoTypeOperatorFunction<T> {
  if (signal === undefined) return identity;
  const aborted$ = defer(() => (signal.aborted ? of(true) : fromEvent(signal, 'abort')));
  return takeUntil(aborted$);
}
