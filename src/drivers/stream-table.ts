import { ReplaySubject, Subject, defer, finalize, share, type Observable } from 'rxjs';

/** Streams by key: one connection for all subscribers, opened by the first one and closed with the last one. */
export interface StreamTable {
  /** A new subscriber gets the latest value. */
  latest<T>(key: string, open: () => Observable<T>): Observable<T>;
  /** A new subscriber gets what comes from then on. */
  live<T>(key: string, open: () => Observable<T>): Observable<T>;
}

export function createStreamTable(): StreamTable {
  const streams = new Map<string, Observable<unknown>>();
  const shared = <T>(key: string, open: () => Observable<T>, connector: () => Subject<T>): Observable<T> =>
    defer(() => {
      const known = streams.get(key) as Observable<T> | undefined;
      if (known !== undefined) return known;
      const stream$ = open().pipe(
        finalize(() => {
          if (streams.get(key) === stream$) streams.delete(key);
        }),
        share({ connector }),
      );
      streams.set(key, stream$);
      return stream$;
    });
  return {
    latest: (key, open) => shared(key, open, () => new ReplaySubject(1)),
    live: (key, open) => shared(key, open, () => new Subject()),
  };
}
