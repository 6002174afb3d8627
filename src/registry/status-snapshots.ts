import {
  EMPTY,
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

import type { TaskStatus } from '../model/task-status.ts';
import type { TaskRecord } from './task-record.ts';
import { taskStatus } from './to-task-status.ts';

/** The statuses of all tasks, computed once a change however many ask. */
export interface StatusSnapshot {
  readonly read: () => readonly TaskStatus[];
  readonly invalidate: () => void;
}

export function createStatusSnapshot(records: () => readonly TaskRecord[]): StatusSnapshot {
  let current: readonly TaskStatus[] | undefined;
  return {
    read: () => (current ??= Object.freeze(records().map(taskStatus))),
    invalidate: () => {
      current = undefined;
    },
  };
}

/** The present snapshot at once, then one for all changes of the same moment. */
export function statusSnapshots(source: {
  readonly changes$: Observable<unknown>;
  readonly snapshot: StatusSnapshot;
  readonly scheduler: SchedulerLike;
  readonly isClosed: () => boolean;
}): Observable<readonly TaskStatus[]> {
  const { changes$, snapshot, scheduler, isClosed } = source;
  const later$ = changes$.pipe(auditTime(0, scheduler), map(snapshot.read), share());
  return defer(() => (isClosed() ? EMPTY : concat(of(snapshot.read()), later$))).pipe(distinctUntilChanged());
}
