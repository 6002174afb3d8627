import { COLUMN, type Row } from '../../sources/cgroup/readers/cgroup-row.ts';
import type { DiskSpace } from '../../sources/disk-usage.ts';
import { readProcess } from '../../sources/process-info.ts';

/** Columns of a row that no cgroup file fills. */

export function putDisk({ page, base }: Row, disk: DiskSpace | undefined): void {
  page[base + COLUMN.disk.usageBytes] = disk?.usageBytes ?? NaN;
  page[base + COLUMN.disk.limitBytes] = disk?.limitBytes ?? NaN;
  page[base + COLUMN.disk.inodes] = disk?.inodes ?? NaN;
  page[base + COLUMN.disk.inodesFree] = disk?.inodesFree ?? NaN;
}

const { running, sleeping, stopped, uninterruptible } = COLUMN.processStates;
/** By the letter of /proc/PID/stat. Zombies and dead ones are no state that is counted. */
const COLUMN_OF_STATE: Readonly<Record<string, number>> = {
  R: running,
  S: sleeping,
  I: sleeping,
  T: stopped,
  t: stopped,
  D: uninterruptible,
};

/** The letters of the states of these processes. */
export async function readStates(pids: Iterable<number>, procRoot: string): Promise<readonly string[]> {
  const infos = await Promise.all([...pids].map((pid) => readProcess(pid, procRoot)));
  return infos.flatMap((info) => (info === undefined ? [] : [info.state]));
}

/** Counts processes by state. */
export function putProcessStates({ page, base }: Row, states: readonly string[]): void {
  for (const column of [running, sleeping, stopped, uninterruptible]) page[base + column] = 0;
  for (const state of states) {
    const column = COLUMN_OF_STATE[state];
    if (column !== undefined) page[base + column] = (page[base + column] as number) + 1;
  }
}
