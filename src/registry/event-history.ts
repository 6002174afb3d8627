import type { TaskEvent } from '../model/task-event.ts';

/** The number of events kept for replay. */
export const EVENT_HISTORY_LIMIT = 1_000;

/** The last events, numbered from 0 in the order they happened. */
export interface EventHistory {
  push(event: TaskEvent): void;
  /**
   * The last `count` events and, while the caller is iterating, those that are added meanwhile; none is repeated.
   * Ends when it has caught up.
   */
  last(count: number): Iterable<TaskEvent>;
}

export function createEventHistory(limit: number = EVENT_HISTORY_LIMIT): EventHistory {
  const ring: TaskEvent[] = [];
  let next = 0;
  const oldest = (): number => Math.max(0, next - limit);
  return {
    push(event) {
      ring[next % limit] = event;
      next += 1;
    },
    *last(count) {
      for (
        let index = Math.max(oldest(), next - count);
        index < next;
        index = Math.max(oldest(), index + 1)
      ) {
        const event = ring[index % limit];
        if (event !== undefined) yield event;
      }
    },
  };
}
