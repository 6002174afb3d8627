import type { Family, Series } from './family.ts';
import { labelText, type Labels } from './label-text.ts';
import { numberText } from './number-text.ts';
import { onePiece } from './one-piece.ts';
import type { Page } from './page.ts';

/** Something that is measured: a task, a pod, the machine. */
export interface Entry<Row> {
  /** Unique in its table. */
  readonly key: string;
  /** An unchanged object means unchanged labels. */
  readonly labels: Labels;
  readonly row: Row;
}

/** The series of all entries of a kind, family by family. */
export interface SeriesTable<Row> {
  readonly families: readonly Family<Row>[];
  /** Sets the current entries; those that are no longer among them end. */
  update(entries: readonly Entry<Row>[]): void;
  /** The number of series of the family at this index. */
  count(place: number): number;
  /** Adds the lines of the family at this index to a page, each line with a line break before it. */
  write(place: number, page: Page): void;
  /** The same in values. */
  values(place: number): readonly SeriesValue[];
}

export interface SeriesValue {
  readonly labels: Labels;
  readonly suffix: string;
  readonly value: number;
}

interface Slot {
  labels: Labels;
  readonly text: string;
  /** The text before the value, by index of the series; created when first needed. */
  readonly prefixes: string[];
  turn: number;
}

/** One series of each entry: the last value, by slot. */
interface Column<Row> {
  readonly series: Series<Row>;
  /** The index of the series among all of a slot. */
  readonly place: number;
  readonly opening: string;
  readonly values: number[];
}

/** A family as it is kept: `parts` are prefix and value in turn, empty where there is no series. */
interface Block<Row> {
  readonly columns: readonly Column<Row>[];
  readonly parts: string[];
  count: number;
  /** No value has changed since the family was written. */
  isStill: boolean;
  text: string | undefined;
}

/**
 * Caches the text of all series, and updates only what has changed.
 *
 * An entry keeps its slot, and a slot the text of its labels, as long as the entry exists. A family without a changed
 * value is one piece of text. The parts of others are passed on separately: each copy of some megabytes takes
 * milliseconds.
 */
export function createSeriesTable<Row>(families: readonly Family<Row>[]): SeriesTable<Row> {
  let places = 0;
  const blocks = families.map((metric) => {
    const block = createBlock(metric, places);
    places += metric.series.length;
    return block;
  });
  const slots = createSlots((slot) => blocks.forEach((block) => clear(block, slot)));
  return {
    families,
    update(entries) {
      const taken = slots.take(entries);
      for (const block of blocks) renew(block, entries, taken);
    },
    count: (at) => (blocks[at] as Block<Row>).count,
    write: (at, page) => write(blocks[at] as Block<Row>, page),
    values: (at) => valuesOf(blocks[at] as Block<Row>, slots.all()),
  };
}

function createBlock<Row>({ name, series }: Family<Row>, place: number): Block<Row> {
  const columns = series.map((each, nth) => ({
    series: each,
    place: place + nth,
    opening: `\n${name}${each.suffix ?? ''}`,
    values: [],
  }));
  return { columns, parts: [], count: 0, isStill: false, text: undefined };
}

function renew<Row>(block: Block<Row>, entries: readonly Entry<Row>[], taken: readonly TakenSlot[]): void {
  const { columns, parts } = block;
  const width = columns.length;
  for (let nth = 0; nth < width; nth += 1) {
    const column = columns[nth] as Column<Row>;
    const { values } = column;
    const { value: read } = column.series;
    for (let index = 0; index < entries.length; index += 1) {
      const value = read((entries[index] as Entry<Row>).row) ?? NaN;
      const { at, slot } = taken[index] as TakenSlot;
      if (Object.is(values[at] ?? NaN, value)) continue;
      while (values.length <= at) values.push(NaN);
      const isMeasured = !Number.isNaN(value);
      block.count += Number(isMeasured) - Number(!Number.isNaN(values[at]));
      values[at] = value;
      const part = 2 * (at * width + nth);
      while (parts.length < 2 * (at + 1) * width) parts.push('');
      parts[part] = isMeasured ? (slot.prefixes[column.place] ??= prefix(column, slot)) : '';
      parts[part + 1] = isMeasured ? numberText(value) : '';
      block.isStill = false;
    }
  }
}

function valuesOf<Row>({ columns }: Block<Row>, slots: Iterable<TakenSlot>): readonly SeriesValue[] {
  const found: SeriesValue[] = [];
  for (const { at, slot } of slots) {
    for (const { series, values } of columns) {
      const value = values[at] ?? NaN;
      if (Number.isNaN(value)) continue;
      const labels =
        series.labels === undefined ? slot.labels : { ...slot.labels, ...ownLabels(series, slot.labels) };
      found.push({ labels, suffix: series.suffix ?? '', value });
    }
  }
  return found;
}

function clear<Row>(block: Block<Row>, at: number): void {
  const width = block.columns.length;
  for (const { values } of block.columns) {
    if (Number.isNaN(values[at] ?? NaN)) continue;
    values[at] = NaN;
    block.count -= 1;
  }
  block.parts.fill('', 2 * at * width, 2 * (at + 1) * width);
  block.isStill = false;
}

function write<Row>(block: Block<Row>, page: Page): void {
  const { parts, isStill } = block;
  block.isStill = true;
  if (isStill) page.add((block.text ??= parts.join('')));
  else page.addAll(parts);
  if (!isStill) block.text = undefined;
}

/** The text before each value of a series. */
function prefix<Row>({ opening, series }: Column<Row>, { text, labels }: Slot): string {
  const own = labelText(ownLabels(series, labels));
  const all = text === '' || own === '' ? text + own : `${text},${own}`;
  return onePiece(all === '' ? `${opening} ` : `${opening}{${all}} `);
}

/** The labels of a series that its entry has not; where both have one, that of the entry is the more precise one. */
function ownLabels<Row>({ labels: own = {} }: Series<Row>, labels: Labels): Labels {
  return Object.fromEntries(Object.entries(own).filter(([name]) => labels[name] === undefined));
}

interface TakenSlot {
  readonly at: number;
  readonly slot: Slot;
}

/** Assigns a slot to every entry for as long as it exists. */
function createSlots(free: (at: number) => void): {
  take(entries: readonly Entry<unknown>[]): readonly TakenSlot[];
  all(): Iterable<TakenSlot>;
} {
  const known = new Map<string, TakenSlot>();
  const vacant: number[] = [];
  let size = 0;
  let turn = 0;
  const leave = (key: string, { at }: TakenSlot): void => {
    known.delete(key);
    vacant.push(at);
    free(at);
  };
  const make = (labels: Labels, text: string): TakenSlot => ({
    at: vacant.pop() ?? size++,
    slot: { labels, text, prefixes: [], turn },
  });
  return {
    all: () => known.values(),
    take(entries) {
      turn += 1;
      const taken = entries.map(({ key, labels }) => {
        const before = known.get(key);
        const isSame = before?.slot.labels === labels;
        const text = isSame ? before.slot.text : labelText(labels);
        if (before !== undefined && before.slot.text !== text) leave(key, before);
        const now = known.get(key) ?? make(labels, text);
        now.slot.turn = turn;
        now.slot.labels = labels;
        known.set(key, now);
        return now;
      });
      for (const [key, each] of known) if (each.slot.turn !== turn) leave(key, each);
      return taken;
    },
  };
}
