import { coresOf, memoryOf } from '../../model/headline.ts';
import { printable } from '../../model/printable.ts';
import { NOTHING } from '../humanize.ts';
import { bar, largest, sparkline } from './blocks.ts';
import { cores, rates, shortBytes, shortDuration } from './short-numbers.ts';
import { segment, type Segment, type Tone } from './line.ts';
import { fit, fitEnd, widthOf } from '../text-width.ts';
import type { SortField } from './top-state.ts';
import { limitOf, type TopTask } from './top-data.ts';

/** A column of the list. */
export interface Column {
  readonly field: SortField;
  readonly title: string;
  readonly align: 'left' | 'right';
  /** The minimum width; the column is left out below it. */
  readonly least: number;
  /** The maximum useful width; a larger screen gives it no more. */
  readonly most: (tasks: readonly TopTask[]) => number;
  /** Columns with a higher number are left out first on a small screen. */
  readonly rank: number;
  readonly isWanted?: (tasks: readonly TopTask[]) => boolean;
  readonly cell: (task: TopTask, look: CellLook) => readonly Segment[];
}

export interface CellLook {
  readonly width: number;
  readonly nowMs: number;
}

export const PHASE_TONES: Partial<Record<string, Tone>> = {
  running: 'good',
  stopping: 'warn',
  exited: 'dim',
  unknown: 'bad',
};

/** A task that uses this share of its limit is highlighted. */
const TIGHT = 0.9;
const VALUE_WIDTH = 5;
const MEMORY_WIDTH = 11;

/** In the order they are shown. */
export const COLUMNS: readonly Column[] = [
  {
    field: 'name',
    title: 'NAME',
    align: 'left',
    least: 12,
    most: (tasks) => longest(tasks, ({ label }) => label, 40),
    rank: 0,
    cell: ({ label }, { width }) => [segment(fit(label, width))],
  },
  {
    field: 'state',
    title: 'STATE',
    align: 'left',
    least: 8,
    most: () => 9,
    rank: 1,
    cell: ({ status: { phase } }, { width }) => [
      segment(fit(printable(phase), width), PHASE_TONES[phase] ?? 'accent'),
    ],
  },
  {
    field: 'cpu',
    title: 'CPU',
    align: 'left',
    least: 12,
    most: () => 28,
    rank: 2,
    cell: ({ usage, cpu }, { width }) => [
      segment(`${fit(cores(coresOf(usage)), VALUE_WIDTH, 'right')} `),
      segment(sparkline(cpu, width - VALUE_WIDTH - 1, 0.1), 'accent'),
    ],
  },
  {
    field: 'memory',
    title: 'MEMORY',
    align: 'left',
    least: 16,
    most: () => 28,
    rank: 3,
    cell: memoryCell,
  },
  {
    field: 'pids',
    title: 'PIDS',
    align: 'right',
    least: 4,
    most: () => 5,
    rank: 4,
    cell: ({ usage }, { width }) => [
      segment(fit(usage?.pidCount?.current?.toString() ?? NOTHING, width, 'right')),
    ],
  },
  {
    field: 'net',
    title: 'NET RX/TX',
    align: 'right',
    least: 11,
    most: () => 11,
    rank: 7,
    isWanted: (tasks) => tasks.some(({ usage }) => usage?.network?.receivedBytes !== undefined),
    cell: ({ usage }, { width }) => {
      const { receivedBytesPerSecond, sentBytesPerSecond } = usage?.network ?? {};
      return [segment(fit(rates(receivedBytesPerSecond, sentBytesPerSecond), width, 'right'))];
    },
  },
  {
    field: 'io',
    title: 'IO R/W',
    align: 'right',
    least: 11,
    most: () => 11,
    rank: 8,
    isWanted: (tasks) => tasks.some(({ usage }) => usage?.io?.readBytes !== undefined),
    cell: ({ usage }, { width }) => {
      const { readBytesPerSecond, writeBytesPerSecond } = usage?.io ?? {};
      return [segment(fit(rates(readBytesPerSecond, writeBytesPerSecond), width, 'right'))];
    },
  },
  {
    field: 'uptime',
    title: 'UPTIME',
    align: 'right',
    least: 6,
    most: () => 7,
    rank: 5,
    cell: ({ status: { startedAtMs, completedAtMs } }, { width, nowMs }) => {
      const ms = startedAtMs === undefined ? undefined : (completedAtMs ?? nowMs) - startedAtMs;
      return [segment(fit(shortDuration(ms), width, 'right'))];
    },
  },
  {
    field: 'image',
    title: 'IMAGE',
    align: 'left',
    least: 8,
    most: (tasks) => longest(tasks, ({ status }) => printable(status.image), 80),
    rank: 6,
    // Images differ at their ends.
    cell: ({ status: { image } }, { width }) => [segment(fitEnd(printable(image), width), 'dim')],
  },
];

/** A bar of the limit where there is one, and the bytes. */
function memoryCell(task: TopTask, { width }: CellLook): readonly Segment[] {
  const used = memoryOf(task.usage);
  const limit = limitOf(task);
  const text = limit === undefined ? shortBytes(used) : `${shortBytes(used)}/${shortBytes(limit)}`;
  const ratio = used === undefined || limit === undefined ? undefined : used / limit;
  const space = width - MEMORY_WIDTH - 1;
  const tone = ratio !== undefined && ratio >= TIGHT ? 'bad' : 'good';
  const gauge =
    ratio === undefined
      ? segment(sparkline(task.memory, space, 2 * largest(task.memory)), 'dim')
      : segment(bar(ratio, space), tone);
  return [gauge, segment(` ${fit(text, MEMORY_WIDTH)}`, tone === 'bad' ? 'bad' : 'plain')];
}

function longest(tasks: readonly TopTask[], text: (task: TopTask) => string, limit: number): number {
  return tasks.reduce((most, task) => Math.min(limit, Math.max(most, widthOf(text(task)))), 0);
}
