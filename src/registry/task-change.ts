import type { TaskRecord } from './task-record.ts';

/** One change of the registry. `previous` is there when a record was changed. */
export interface TaskChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly record: TaskRecord;
  readonly previous?: TaskRecord;
}
