import { exitText } from '../../../model/exit-text.ts';
import { coreShareText } from '../../../model/core-share-text.ts';
import { NOTHING, bytesText, countText, durationText } from './format.ts';
import { problemRank } from './problem-rank.ts';
import type { TaskRow } from './task-row.ts';

export type ColumnKey = 'name' | 'state' | 'image' | 'cpu' | 'memory' | 'processes' | 'uptime' | 'exit';

/** One column of the table. */
export interface Column {
  readonly key: ColumnKey;
  readonly title: string;
  /** What is measured, for the head. */
  readonly hint?: string;
  readonly isNumber?: boolean;
  /** What to sort by; undefined comes last in both directions. */
  readonly value: (row: TaskRow, nowMs: number) => string | number | undefined;
  readonly text: (row: TaskRow, nowMs: number) => string;
}

export const COLUMNS: readonly Column[] = [
  { key: 'name', title: 'Task', value: nameOf, text: nameOf },
  {
    key: 'state',
    title: 'State',
    hint: 'Alerts first, then crash loops, failures, and all other tasks',
    value: problemRank,
    text: ({ status }) => status.phase,
  },
  {
    key: 'image',
    title: 'Image',
    value: ({ status }) => imageText(status.image),
    text: ({ status }) => imageText(status.image),
  },
  {
    key: 'cpu',
    title: 'CPU',
    hint: 'In percent of one core',
    isNumber: true,
    value: (row) => row.cpuCores(),
    text: (row) => coreShareText(row.cpuCores()),
  },
  {
    key: 'memory',
    title: 'Memory',
    hint: 'Working set, and the limit if there is one',
    isNumber: true,
    value: (row) => row.memoryBytes(),
    text: (row) => bytesText(row.memoryBytes()),
  },
  {
    key: 'processes',
    title: 'Procs',
    hint: 'Processes and threads',
    isNumber: true,
    value: (row) => row.processes(),
    text: (row) => countText(row.processes()),
  },
  {
    key: 'uptime',
    title: 'Uptime',
    isNumber: true,
    value: (row, nowMs) => row.uptimeMs(nowMs),
    text: (row, nowMs) => durationText(row.uptimeMs(nowMs)),
  },
  {
    key: 'exit',
    title: 'Exit',
    value: ({ status }) => (status.exitResult === undefined ? undefined : exitText(status.exitResult)),
    text: ({ status }) => exitText(status.exitResult, NOTHING),
  },
];

function nameOf({ status }: TaskRow): string {
  return status.name;
}

/** Only the last component of a path or name is shown: `nginx:1.27` of `docker://docker.io/library/nginx:1.27`. */
export function imageText(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1) || image;
}
