import { randomUUID } from 'node:crypto';

import type { Observable, SchedulerLike } from 'rxjs';

import { RktError } from '../model/rkt-error.ts';
import type { Logger } from '../model/logger.ts';
import { createSeenIds } from '../model/seen-ids.ts';
import type { TaskEvent, TaskEventKind } from '../model/task-event.ts';
import type { TaskPhase, TaskStatus } from '../model/task-status.ts';
import { createEventMaker, type EventContent } from './event-maker.ts';
import { createRegistryPublisher } from './registry-publisher.ts';
import { createStatusSnapshot, statusSnapshots } from './status-snapshots.ts';
import type { TaskChange } from './task-change.ts';
import type { NewTask, TaskPatch, TaskRecord } from './task-record.ts';
import { TaskRecords } from './task-records.ts';
import { checkRemoval, checkTransition } from './transitions.ts';

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
  emit<Kind extends TaskEventKind>(kind: Kind, task: string | TaskRecord, event: EventContent<Kind>): void;
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
  const emitted = createSeenIds();
  const publisher = createRegistryPublisher();
  const records = new TaskRecords((change) => {
    snapshot.invalidate();
    publisher.change(change);
  });
  const snapshot = createStatusSnapshot(() => records.list());
  const { changes$, changesOf, events$ } = publisher;
  let isClosed = false;

  /** What is asked for after `close` is an error, for all but `get` and `list`. */
  const open = (): TaskRecords => {
    if (isClosed) throw new RktError('RKT_ERR_SHUTDOWN', '');
    return records;
  };

  return {
    add: (task) => open().add(task),
    get: (id) => records.get(id),
    ofStart: (startToken) => records.ofStart(startToken),
    require: (id) => open().require(id),
    list: () => records.list(),
    transition(id, phase, patch = {}) {
      const previous = open().require(id);
      checkTransition(id, previous.phase, phase);
      logger.debug({ taskId: id, from: previous.phase, to: phase }, 'task changes its phase');
      return records.replace(previous, patch, phase);
    },
    update(id, patch) {
      const previous = open().require(id);
      return records.replace(previous, patch, previous.phase);
    },
    remove(id) {
      const record = open().require(id);
      checkRemoval(id, record.phase);
      records.remove(record);
    },
    emit(kind, task, content) {
      const known = open();
      const record = typeof task === 'string' ? known.require(task) : task;
      const event = taskEvent(kind, record, content);
      if (!emitted.isNew(event.id)) return;
      logger.info({ taskId: event.taskId, kind, ...content.annotations }, content.message);
      publisher.event(event);
    },
    changes$,
    changesOf,
    events$,
    tasks$: statusSnapshots({ changes$, snapshot, scheduler, isClosed: () => isClosed }),
    lastEvents: (count) => (isClosed ? [] : publisher.lastEvents(count)),
    close() {
      isClosed = true;
      publisher.complete();
    },
  };
}
