import { concat, defer, type Observable } from 'rxjs';

import type { TaskEvent } from '../model/task-event.ts';
import { EVENT_HISTORY_LIMIT } from '../registry/event-history.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';

export interface TaskEventsDeps {
  readonly registry: Pick<TaskRegistry, 'events$' | 'lastEvents'>;
}

export interface TaskEventsOptions {
  /** How many of the last events to send first; `true` for all that are kept, at most 1000. None by default. */
  readonly replay?: number | boolean;
}

/**
 * The events of all tasks.
 *
 * Hot; with `replay` the last events of this driver come first, then the live ones, in order and without gaps or
 * duplicates. Each id comes once; a later driver may publish an event again, with the same id and marked as repeated.
 *
 * @completes at shutdown, or immediately after it
 */
export function taskEvents(
  { registry }: TaskEventsDeps,
  { replay = false }: TaskEventsOptions = {},
): Observable<TaskEvent> {
  const count = replayCount(replay);
  if (count === 0) return registry.events$;
  return defer(() => concat(registry.lastEvents(count), registry.events$));
}

function replayCount(replay: number | boolean): number {
  if (typeof replay === 'boolean') return replay ? EVENT_HISTORY_LIMIT : 0;
  return Number.isNaN(replay) ? 0 : Math.min(EVENT_HISTORY_LIMIT, Math.max(0, Math.trunc(replay)));
}
