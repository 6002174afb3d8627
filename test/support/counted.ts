import { Observable } from 'rxjs';

/** An observable that knows how many are subscribed to it. */
export interface Counted<T> {
  readonly source$: Observable<T>;
  readonly subscribers: () => number;
}

export function counted<T>(inner$: Observable<T>): Counted<T> {
  let count = 0;
  const source$ = new Observable<T>((subscriber) => {
    count += 1;
    subscriber.add(inner$.subscribe(subscriber));
    subscriber.add(() => (count -= 1));
  });
  return { source$, subscribers: () => count };
}
