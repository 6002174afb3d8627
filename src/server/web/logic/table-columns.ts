import { exitText } from '../../../model/exit-text.ts';
import { NOTHING, bytesText, coresText, countText, durationText } from './format.ts';
import type { TaskRow } from './task-row.ts';

export type ColumnKey = 'name' | 'state' | 'image' | 'cpu' | 'memory' | 'processes' | 'uptime' | 'exit';

/** One column of the table. */
export interface Column {
  readonly key: ColumnKey;
  readonly title: string;
  /** The unit, said in the head. */
  readonly unit?: string;
  readonly isNumber?: boolean;
  /** What to sort by; undefined comes last in both directions. */
  readonly value: (row: TaskRow, nowMs: number) => string | number | undefined;
  readonly text: (row: TaskRow, nowMs: number) => string;
}

export const COLUMNS: readonly Column[] = [
  { key: 'name', title: 'Task', value: nameOf, text: nameOf },
  { key: 'state', title: 'State', value: ({ status }) => status.phase, text: ({ status }) => status.phase },
  {
    key: 'image',
    title: 'Image',
    value: ({ status }) => imageText(status.image),
    text: ({ status }) => imageText(status.image),
  },
  {
    key: 'cpu',
    title: 'CPU',
    unit: 'cores',
    isNumber: true,
    value: (row) => row.cpuCores(),
    text: (row) => coresText(row.cpuCores()),
  },
  {
    key: 'memory',
    title: 'Memory',
    unit: 'working set',
    isNumber: true,
    value: (row) => row.memoryBytes(),
    text: (row) => bytesText(row.memoryBytes()),
  },
  {
    key: 'processes',
    title: 'Procs',
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

/** The id says more than the name when a scheduler makes ids of allocations and names of tasks. */
export function nameOf({ status }: TaskRow): string {
  return status.name;
}

/** Only the last component of a path is shown. */
export function imageText(image: string): string {
  return image.startsWith('/') ? image.slice(image.lastIndexOf('/') + 1) : image;
}
