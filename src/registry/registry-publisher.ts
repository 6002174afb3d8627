import { Subject, type Observable } from 'rxjs';

import type { TaskEvent } from '../model/task-event.ts';
import { createEventHistory } from './event-history.ts';
import { createKeyedSubject } from './keyed-subject.ts';
import { createSerialDelivery } from './serial-delivery.ts';
import type { TaskChange } from './task-change.ts';

/** Publishes changes and events in the order of the calls, also when a subscriber calls back. */
export interface RegistryPublisher {
  readonly change: (change: TaskChange) => void;
  readonly event: (event: TaskEvent) => void;
  readonly changes$: Observable<TaskChange>;
  readonly changesOf: (startToken: string) => Observable<TaskChange>;
  readonly events$: Observable<TaskEvent>;
  /** The last `count` events, oldest first, up to the one being delivered; see {@link createEventHistory}. */
  readonly lastEvents: (count: number) => Iterable<TaskEvent>;
  readonly complete: () => void;
}

export function createRegistryPublisher(): RegistryPublisher {
  const changeSubject = new Subject<TaskChange>();
  const changesByStart = createKeyedSubject<TaskChange>();
  const eventSubject = new Subject<TaskEvent>();
  const history = createEventHistory();
  const deliver = createSerialDelivery();

  return {
    change: (change) =>
      deliver(() => {
        changesByStart.next(change.record.startToken, change);
        changeSubject.next(change);
      }),
    event: (event) =>
      deliver(() => {
        // Before the subscribers: one of them may ask for a replay, which must then hold this event exactly once.
        history.push(event);
        eventSubject.next(event);
      }),
    changes$: changeSubject.asObservable(),
    changesOf: changesByStart.of,
    events$: eventSubject.asObservable(),
    lastEvents: (count) => history.last(count),
    complete: () =>
      deliver(() => {
        changesByStart.complete();
        changeSubject.complete();
        eventSubject.complete();
      }),
  };
}
