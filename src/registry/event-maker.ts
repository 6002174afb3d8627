import type { SchedulerLike } from 'rxjs';

import type { ExitResult } from '../model/exit-result.ts';
import {
  ONCE_A_LIFE,
  type TaskEvent,
  type TaskEventAnnotations,
  type TaskEventKind,
} from '../model/task-event.ts';
import type { TaskRecord } from './task-record.ts';

/** What an event of a kind has in it. */
export interface EventContent<Kind extends TaskEventKind> {
  readonly message: string;
  readonly annotations: TaskEventAnnotations[Kind];
  readonly exitResult?: ExitResult;
  readonly repeated?: true;
}

export type MakeEvent = <Kind extends TaskEventKind>(
  kind: Kind,
  record: TaskRecord,
  content: EventContent<Kind>,
) => TaskEvent;

/**
 * Creates events with ids: start token and kind for kinds that occur once per task, which is the same id in every
 * driver; also the driver and a number for kinds that can recur. Events are frozen.
 */
export function createEventMaker({
  scheduler,
  instance,
}: {
  readonly scheduler: Pick<SchedulerLike, 'now'>;
  readonly instance: string;
}): MakeEvent {
  let made = 0;
  const idOf = (kind: TaskEventKind, { startToken }: TaskRecord): string => {
    if (ONCE_A_LIFE.has(kind)) return `${startToken}.${kind}`;
    made += 1;
    return `${startToken}.${kind}.${instance}.${made}`;
  };
  return (kind, record, { message, annotations, ...details }) =>
    Object.freeze({
      id: idOf(kind, record),
      kind,
      taskId: record.id,
      taskName: record.name,
      ...(record.allocId === undefined ? {} : { allocId: record.allocId }),
      timeMs: scheduler.now(),
      message,
      annotations: Object.freeze({ ...annotations }),
      ...details,
      // One kind at a time, which the compiler cannot follow.
    }) as unknown as TaskEvent;
}
