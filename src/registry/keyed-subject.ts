import { EMPTY, Observable, Subject, defer } from 'rxjs';

/** A hot stream for each key. A value is delivered only to the subscribers of its key. */
export interface KeyedSubject<T> {
  /** Completes with the subject, immediately if that has completed. */
  readonly of: (key: string) => Observable<T>;
  readonly next: (key: string, value: T) => void;
  readonly complete: () => void;
}

/** Keeps no state for a key without subscribers. */
export function createKeyedSubject<T>(): KeyedSubject<T> {
  const subjects = new Map<string, Subject<T>>();
  let isComplete = false;
  const subscribed = (key: string): Observable<T> =>
    new Observable<T>((subscriber) => {
      const subject = subjects.get(key) ?? new Subject<T>();
      subjects.set(key, subject);
      subscriber.add(subject.subscribe(subscriber));
      return () => {
        if (!subject.observed && subjects.get(key) === subject) subjects.delete(key);
      };
    });
  return {
    of: (key) => defer(() => (isComplete ? EMPTY : subscribed(key))),
    next: (key, value) => subjects.get(key)?.next(value),
    complete() {
      isComplete = true;
      const last = [...subjects.values()];
      subjects.clear();
      for (const subject of last) subject.complete();
    },
  };
}
