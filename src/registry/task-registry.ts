import { randomUUID } from 'node:crypto';

import {
  EMPTY,
  Subject,
  auditTime,
  concat,
  defer,
  distinctUntilChanged,
  map,
  of,
  share,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import { RktError, taskNotFound } from '../model/rkt-error.ts';
import type { Logger } from '../model/logger.ts';
import { createSeenIds } from '../model/seen-ids.ts';
import type { TaskEvent, TaskEventKind } from '../model/task-event.ts';
import type { TaskPhase, TaskStatus } from '../model/task-status.ts';
import { createEventHistory } from './event-history.ts';
import { createEventMaker, type EventDetails } from './event-maker.ts';
import { createKeyedSubject } from './keyed-subject.ts';
import { createSerialDelivery } from './serial-delivery.ts';
import { newTaskRecord, type NewTask, type TaskPatch, type TaskRecord } from './task-record.ts';
import { taskStatus } from './to-task-status.ts';
import { checkRemoval, checkTransition } from './transitions.ts';

/** One change of the registry. `previous` is set when a record was changed. */
export interface TaskChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly record: TaskRecord;
  readonly previous?: TaskRecord;
}

/**
 * The owner of task state.
 *
 * State changes immediately; publications reach the subscribers in the order of the calls, also when a subscriber
 * calls back. After `close` everything except `get` and `list` throws RKT_ERR_SHUTDOWN, and each stream completes,
 * also one that is subscribed later.
 */
export interface TaskRegistry {
  /** @throws RKT_ERR_TASK_EXISTS */
  add(task: NewTask): TaskRecord;
  get(id: string): TaskRecord | undefined;
  /** By its start token. */
  ofStart(startToken: string): TaskRecord | undefined;
  /** @throws RKT_ERR_TASK_NOT_FOUND */
  require(id: string): TaskRecord;
  /** In the order they were added. */
  list(): readonly TaskRecord[];
  /** @throws RKT_ERR_TRANSITION when the transition is not allowed; RKT_ERR_TASK_NOT_FOUND */
  transition(id: string, phase: TaskPhase, patch?: TaskPatch): TaskRecord;
  /** Changes anything but the phase. @throws RKT_ERR_TASK_NOT_FOUND */
  update(id: string, patch: TaskPatch): TaskRecord;
  /** @throws RKT_ERR_TRANSITION for a task that is running or stopping; RKT_ERR_TASK_NOT_FOUND */
  remove(id: string): void;
  /**
   * Publishes an event, each id once. Pass the record itself for a task that was removed.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND
   */
  emit(
    kind: TaskEventKind,
    task: string | TaskRecord,
    message: string,
    annotations?: Readonly<Record<string, string>>,
    details?: EventDetails,
  ): void;
  /** Hot, without replay. */
  readonly changes$: Observable<TaskChange>;
  /**
   * The changes of one start of a task, before `changes$`: the cost of a change does not depend on the number of
   * waiters for other tasks.
   */
  changesOf(startToken: string): Observable<TaskChange>;
  /** Hot, without replay. */
  readonly events$: Observable<TaskEvent>;
  /** The current tasks immediately, then one value for all changes of the same turn. */
  readonly tasks$: Observable<readonly TaskStatus[]>;
  /**
   * The last `count` published events, oldest first, up to the one being delivered; see {@link createEventHistory}. None
   * after `close`.
   */
  lastEvents(count: number): Iterable<TaskEvent>;
  close(): void;
}

export interface TaskRegistryDeps {
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
  /** Identifies this driver in the ids of events; random by default. */
  readonly instance?: string;
}

export function createTaskRegistry(deps: TaskRegistryDeps): TaskRegistry {
  const { scheduler, logger, instance = randomUUID() } = deps;
  const taskEvent = createEventMaker({ scheduler, instance });
  const published = createSeenIds();
  const records = new Map<string, TaskRecord>();
  const idOfStart = new Map<string, string>();
  const changeSubject = new Subject<TaskChange>();
  const changesByStart = createKeyedSubject<TaskChange>();
  const eventSubject = new Subject<TaskEvent>();
  const history = createEventHistory();
  const deliver = createSerialDelivery();
  const statuses = createSnapshot(records);
  let isClosed = false;

  const checkOpen = (): void => {
    if (isClosed) throw new RktError('RKT_ERR_SHUTDOWN', '');
  };
  const present = (id: string): TaskRecord => {
    checkOpen();
    const record = records.get(id);
    if (record === undefined) throw taskNotFound(id);
    return record;
  };
  const publish = (change: TaskChange): void => {
    statuses.invalidate();
    deliver(() => {
      changesByStart.next(change.record.startToken, change);
      changeSubject.next(change);
    });
  };
  const replace = (previous: TaskRecord, patch: TaskPatch, phase: TaskPhase): TaskRecord => {
    const record = Object.freeze({ ...previous, ...patch, id: previous.id, phase });
    records.set(record.id, record);
    publish({ kind: 'changed', record, previous });
    return record;
  };

  return {
    add(task) {
      checkOpen();
      if (records.has(task.id)) {
        throw new RktError('RKT_ERR_TASK_EXISTS', `A task with the id "${task.id}" is already known`, {
          taskId: task.id,
        });
      }
      const record = newTaskRecord(task);
      records.set(record.id, record);
      idOfStart.set(record.startToken, record.id);
      publish({ kind: 'added', record });
      return record;
    },
    get: (id) => records.get(id),
    ofStart: (startToken) => records.get(idOfStart.get(startToken) ?? ''),
    require: present,
    list: () => [...records.values()],
    transition(id, phase, patch = {}) {
      const previous = present(id);
      checkTransition(id, previous.phase, phase);
      logger.debug({ taskId: id, from: previous.phase, to: phase }, 'task changes its phase');
      return replace(previous, patch, phase);
    },
    update(id, patch) {
      const previous = present(id);
      return replace(previous, patch, previous.phase);
    },
    remove(id) {
      const record = present(id);
      checkRemoval(id, record.phase);
      records.delete(id);
      idOfStart.delete(record.startToken);
      publish({ kind: 'removed', record });
    },
    emit(kind, task, message, annotations = {}, details = {}) {
      checkOpen();
      const record = typeof task === 'string' ? present(task) : task;
      const event = taskEvent(kind, record, message, { annotations, ...details });
      if (!published.isNew(event.id)) return;
      logger.info({ taskId: event.taskId, kind, ...annotations }, message);
      deliver(() => {
        // Before the subscribers: one of them may request a replay, which must then contain this event exactly once.
        history.push(event);
        eventSubject.next(event);
      });
    },
    changes$: changeSubject.asObservable(),
    changesOf: changesByStart.of,
    events$: eventSubject.asObservable(),
    tasks$: snapshots(changeSubject.asObservable(), statuses.read, scheduler, () => isClosed),
    lastEvents: (count) => (isClosed ? [] : history.last(count)),
    close() {
      isClosed = true;
      deliver(() => {
        changesByStart.complete();
        changeSubject.complete();
        eventSubject.complete();
      });
    },
  };
}

/** The statuses of all tasks, computed once per change for all callers. */
function createSnapshot(records: ReadonlyMap<string, TaskRecord>): {
  read: () => readonly TaskStatus[];
  invalidate: () => void;
} {
  let current: readonly TaskStatus[] | undefined;
  return {
    read: () => (current ??= Object.freeze([...records.values()].map(taskStatus))),
    invalidate: () => {
      current = undefined;
    },
  };
}

function snapshots(
  changes$: Observable<TaskChange>,
  read: () => readonly TaskStatus[],
  scheduler: SchedulerLike,
  isClosed: () => boolean,
): Observable<readonly TaskStatus[]> {
  const later$ = changes$.pipe(auditTime(0, scheduler), map(read), share());
  return defer(() => (isClosed() ? EMPTY : concat(of(read()), later$))).pipe(distinctUntilChanged());
}
