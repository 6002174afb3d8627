import { mhzOf } from './computed-rates.ts';
import { ChangedUsage, changedField, type ChangedField } from './changed-usage.ts';
import {
  MAX_CHANGE_NAMES,
  marked,
  type StatsCell,
  type StatsChanges,
  type StatsRow,
} from './stats-changes.ts';
import type { TaskResourceUsage, TaskStatsSample } from './task-stats.ts';

/** The samples of a tick, as the topic `stats` has them. */
export interface ReadStats {
  readonly timeMs: number;
  readonly samples: readonly TaskStatsSample[];
}

/** A task of the list; a new one has no sample until its event was read. */
interface KnownTask {
  readonly taskId: string;
  usage: TaskResourceUsage | undefined;
  mhz: number;
}

/** An event that does not follow from those before, or has another form: the stream has to be opened again. */
export class StatsChangesError extends Error {}

/**
 * Turns the events `stats-changes` of one connection into the samples they stand for. Sections that have not changed are
 * the same objects as in the sample before.
 */
export class StatsChangesReader {
  #seq = NaN;
  #fields: ChangedField[] = [];
  #values: unknown[] = [];
  #tasks: KnownTask[] = [];

  /** @throws StatsChangesError */
  read(data: unknown): ReadStats {
    try {
      return this.#read(data as StatsChanges);
    } catch (error) {
      if (error instanceof StatsChangesError) throw error;
      throw new StatsChangesError('an event has another form', { cause: error });
    }
  }

  #read(event: StatsChanges): ReadStats {
    const { seq, timeMs, full, fields = [0], values = [0], left = [], added = [], times, rows } = event;
    if (full === true) {
      this.#fields = [];
      this.#values = [];
      this.#tasks = [];
    } else if (seq !== this.#seq + 1) throw new StatsChangesError(`event ${seq} came after ${this.#seq}`);
    this.#seq = seq;
    const [firstField, ...paths] = fields;
    const [firstValue, ...shared] = values;
    if (firstField + paths.length + firstValue + shared.length > MAX_CHANGE_NAMES)
      throw new StatsChangesError('there are too many fields');
    paths.forEach((path, index) => (this.#fields[firstField + index] = changedField(path)));
    shared.forEach((value, index) => (this.#values[firstValue + index] = frozenList(value)));
    if (left.length > 0 || added.length > 0) this.#tasks = edited(this.#tasks, left, added);
    const usages = this.#timed(timeMs, times);
    for (const row of rows) this.#apply(row, usages);
    return { timeMs, samples: this.#tasks.map((task, position) => sampleOf(task, usages[position])) };
  }

  /** All samples with their new times, and otherwise as before. */
  #timed(timeMs: number, times: readonly number[]): TaskResourceUsage[] {
    const usages: TaskResourceUsage[] = [];
    for (let run = 0; run < times.length; run += 2) {
      const timestampMs = timeMs + (times[run] as number);
      for (let left = times[run + 1] as number; left > 0; left -= 1) {
        const task = this.#tasks[usages.length];
        if (task === undefined) throw new StatsChangesError('there are more times than tasks');
        usages.push({ ...(task.usage as TaskResourceUsage), timestampMs });
      }
    }
    if (usages.length !== this.#tasks.length) throw new StatsChangesError('there are more tasks than times');
    return usages;
  }

  #apply(row: StatsRow, usages: readonly TaskResourceUsage[]): void {
    const isComputed = row[0] < 0;
    const position = isComputed ? marked(row[0]) : row[0];
    const usage = usages[position];
    const task = this.#tasks[position];
    if (usage === undefined || task === undefined)
      throw new StatsChangesError(`there is no task ${position}`);
    const changed = new ChangedUsage(usage, task.usage);
    for (let index = 1; index < row.length; index += 2) {
      const number = row[index] as number;
      const field = this.#fields[number < 0 ? marked(number) : number];
      if (field === undefined) throw new StatsChangesError(`there is no field ${number}`);
      const value = this.#valueOf(row[index + 1] as StatsCell);
      if (number < 0) changed.add(field, value as number);
      else changed.put(field, value);
    }
    if (isComputed) changed.computeRates(task.mhz);
  }

  /** Undefined for a field that is absent now. */
  #valueOf(cell: StatsCell): unknown {
    if (typeof cell === 'number') return cell;
    if (cell === null) return undefined;
    if (!Array.isArray(cell)) return (cell as { readonly is: unknown }).is;
    const shared = cell[0] as number;
    if (!(shared in this.#values)) throw new StatsChangesError(`there is no value ${shared}`);
    return this.#values[shared];
  }
}

function frozenList(value: unknown): unknown {
  return Array.isArray(value) ? Object.freeze(value) : value;
}

function sampleOf(task: KnownTask, usage: TaskResourceUsage | undefined): TaskStatsSample {
  if (typeof usage?.cpu !== 'object' || typeof usage.memory !== 'object' || typeof usage.source !== 'string')
    throw new StatsChangesError('a sample has no source, CPU or memory');
  task.usage = usage;
  task.mhz = mhzOf(usage, task.mhz);
  return { taskId: task.taskId, usage };
}

function edited(
  tasks: readonly KnownTask[],
  left: readonly number[],
  added: readonly (number | string)[],
): KnownTask[] {
  const gone = new Set(left);
  const kept = tasks.filter((_, position) => !gone.has(position));
  const next: KnownTask[] = [];
  let taken = 0;
  for (let index = 0; index < added.length; index += 2) {
    const position = added[index] as number;
    const taskId = added[index + 1];
    if (typeof taskId !== 'string' || taskId === '') throw new StatsChangesError('a task has no id');
    while (next.length < position && taken < kept.length) next.push(kept[taken++] as KnownTask);
    next.push({ taskId, usage: undefined, mhz: 0 });
  }
  next.push(...kept.slice(taken));
  return next;
}
