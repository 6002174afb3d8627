import { RktError, taskNotFound } from '../model/rkt-error.ts';
import type { TaskPhase } from '../model/task-status.ts';
import type { TaskChange } from './task-change.ts';
import { newTaskRecord, type NewTask, type TaskPatch, type TaskRecord } from './task-record.ts';

/** The records of all tasks, by id and by the token of their start. Each change is passed to `onChange` once it is made. */
export class TaskRecords {
  readonly #records = new Map<string, TaskRecord>();
  readonly #idOfStart = new Map<string, string>();
  readonly #onChange: (change: TaskChange) => void;

  constructor(onChange: (change: TaskChange) => void) {
    this.#onChange = onChange;
  }

  /** @throws RKT_ERR_TASK_EXISTS */
  add(task: NewTask): TaskRecord {
    if (this.#records.has(task.id)) {
      throw new RktError('RKT_ERR_TASK_EXISTS', `A task with the id "${task.id}" is already known`, {
        taskId: task.id,
      });
    }
    const record = newTaskRecord(task);
    this.#records.set(record.id, record);
    this.#idOfStart.set(record.startToken, record.id);
    this.#onChange({ kind: 'added', record });
    return record;
  }

  get(id: string): TaskRecord | undefined {
    return this.#records.get(id);
  }

  ofStart(startToken: string): TaskRecord | undefined {
    return this.#records.get(this.#idOfStart.get(startToken) ?? '');
  }

  /** @throws RKT_ERR_TASK_NOT_FOUND */
  require(id: string): TaskRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw taskNotFound(id);
    return record;
  }

  /** In the order they were added. */
  list(): TaskRecord[] {
    return [...this.#records.values()];
  }

  replace(previous: TaskRecord, patch: TaskPatch, phase: TaskPhase): TaskRecord {
    const record = Object.freeze({ ...previous, ...patch, id: previous.id, phase });
    this.#records.set(record.id, record);
    this.#onChange({ kind: 'changed', record, previous });
    return record;
  }

  remove(record: TaskRecord): void {
    this.#records.delete(record.id);
    this.#idOfStart.delete(record.startToken);
    this.#onChange({ kind: 'removed', record });
  }
}
