import { mhzOf } from '../../model/computed-rates.ts';
import { MAX_CHANGE_NAMES, STATS_CHANGES, marked } from '../../model/stats-changes.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import { ChangeNames, type FieldNode } from './change-names.ts';
import { listEdit, type ListEdit } from './list-edit.ts';
import { RATE_FIELDS, areRatesSame, rateDifferences } from './rate-differences.ts';

/** The samples of a tick, as the topic `stats` has them. */
export interface StatsFrame {
  readonly timeMs: number;
  readonly samples: readonly TaskStatsSample[];
}

type Section = Readonly<Record<string, unknown>>;

/** A difference is written where it is shorter than the number, as for counters of an old task. */
const DIFFERENCE_SHARE = 1 / 100;
/** Of tasks with many processes each number of a process would be a field: such sections are written as a whole. */
const WHOLE_SECTION = 'pids';

/** Writes samples as events `stats-changes`: {@link next} for readers that have all earlier ones, {@link full} for others. */
export class StatsChangesWriter {
  #names = new ChangeNames();
  #seq = 0;
  #frame: StatsFrame = { timeMs: 0, samples: [] };
  /** What readers know, by position in the frame. */
  #usages: readonly (TaskResourceUsage | undefined)[] = [];
  #mhz: readonly number[] = [];
  #full: Buffer | undefined;

  /** The event with what has changed since the previous frame. */
  next(frame: StatsFrame): Buffer {
    const edit = this.#editFor(frame);
    this.#seq += 1;
    this.#frame = frame;
    this.#full = undefined;
    if (edit === undefined) {
      this.#names = new ChangeNames();
      this.#know([]);
      const bytes = this.full();
      this.#names.fresh();
      return bytes;
    }
    const mhz = edit.apply(this.#mhz, 0);
    const rows = this.#rows(edit.apply(this.#usages, undefined), mhz);
    this.#know(mhz);
    const left = edit.left.length === 0 ? '' : `"left":${JSON.stringify(edit.left)},`;
    return this.#event(`${left}${addedText(frame.samples, edit.added)}${this.#names.fresh()}`, rows);
  }

  /** The event for a reader that begins with the latest frame. */
  full(): Buffer {
    if (this.#full !== undefined) return this.#full;
    const { samples } = this.#frame;
    const rows = this.#rows([], []);
    const added = addedText(samples, [...samples.keys()]);
    this.#full = this.#event(`"full":true,${added}${this.#names.all()}`, rows);
    return this.#full;
  }

  #editFor({ samples }: StatsFrame): ListEdit | undefined {
    if (this.#seq === 0 || this.#names.size > MAX_CHANGE_NAMES / 2) return undefined;
    return listEdit(ids(this.#frame.samples), ids(samples));
  }

  #know(mhz: readonly number[]): void {
    const { samples } = this.#frame;
    this.#usages = samples.map(({ usage }) => usage);
    this.#mhz = samples.map(({ usage }, position) => mhzOf(usage, mhz[position] ?? 0));
  }

  #event(names: string, rows: string): Buffer {
    const { timeMs, samples } = this.#frame;
    const head = `"seq":${this.#seq},"timeMs":${timeMs},`;
    const data = `{${head}${names}"times":[${timesText(samples, timeMs)}],"rows":[${rows}]}`;
    return Buffer.from(`event: ${STATS_CHANGES}\ndata: ${data}\n\n`);
  }

  #rows(usages: readonly (TaskResourceUsage | undefined)[], mhz: readonly number[]): string {
    const { root } = this.#names;
    let rows = '';
    this.#frame.samples.forEach(({ usage }, position) => {
      const before = usages[position];
      const fields = this.#differences(before as Section | undefined, usage as unknown as Section, root);
      const isComputed = before !== undefined && !areRatesSame(before, usage);
      const rates =
        before === undefined || isComputed
          ? rateDifferences({ before, mhz: mhz[position] ?? 0 }, usage, (name, value) =>
              this.#cell(fieldAt(root, name), value, undefined),
            )
          : '';
      if (fields === '' && rates === '' && !isComputed) return;
      rows += `${rows === '' ? '' : ','}[${isComputed ? marked(position) : position}${fields}${rates}]`;
    });
    return rows;
  }

  /** All fields but the time and the rates. */
  #differences(before: Section | undefined, now: Section, node: FieldNode): string {
    let cells = '';
    for (const key in now) {
      const value = now[key];
      const old = before?.[key];
      if (value === old || value === undefined) continue;
      const child = node.child(key);
      if (!isWritten(child)) continue;
      const section = isSection(old, child) ? old : undefined;
      if (isSection(value, child) && (section !== undefined || hasValues(value)))
        cells += this.#differences(section, value, child);
      else if (!isSameList(value, old)) cells += this.#cell(child, value, old);
    }
    for (const key in before) {
      if (before[key] === undefined || now[key] !== undefined) continue;
      const child = node.child(key);
      if (isWritten(child)) cells += this.#cell(child, undefined, undefined);
    }
    return cells;
  }

  #cell(node: FieldNode, value: unknown, old: unknown): string {
    const field = this.#names.field(node);
    if (typeof value !== 'number') return `,${field},${this.#names.value(value)}`;
    if (isShorterAsDifference(value, old)) return `,${marked(field)},${value - old}`;
    return `,${field},${Number.isFinite(value) ? value : null}`;
  }
}

function isWritten({ name }: FieldNode): boolean {
  return name !== 'timestampMs' && !RATE_FIELDS.has(name);
}

function isSection(value: unknown, { name }: FieldNode): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && name !== WHOLE_SECTION;
}

function hasValues(section: Section): boolean {
  for (const key in section) if (section[key] !== undefined) return true;
  return false;
}

function isSameList(value: unknown, old: unknown): boolean {
  if (!Array.isArray(value) || !Array.isArray(old) || value.length !== old.length) return false;
  return value.every((one, index) => one === old[index]);
}

function isShorterAsDifference(value: number, old: unknown): old is number {
  return (
    Number.isSafeInteger(old) &&
    Number.isSafeInteger(value) &&
    Math.abs(value - (old as number)) < Math.abs(value) * DIFFERENCE_SHARE
  );
}

function fieldAt(root: FieldNode, name: string): FieldNode {
  return name.split('.').reduce((node, key) => node.child(key), root);
}

const ids = (samples: readonly TaskStatsSample[]): readonly string[] => samples.map(({ taskId }) => taskId);

function addedText(samples: readonly TaskStatsSample[], positions: readonly number[]): string {
  if (positions.length === 0) return '';
  const added = positions.flatMap((position) => [position, samples[position]?.taskId]);
  return `"added":${JSON.stringify(added)},`;
}

/** Samples of one slice have the same time. */
function timesText(samples: readonly TaskStatsSample[], timeMs: number): string {
  const runs: number[] = [];
  for (const { usage } of samples) {
    const offsetMs = usage.timestampMs - timeMs;
    if (runs.at(-2) === offsetMs) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    else runs.push(offsetMs, 1);
  }
  return runs.join(',');
}
