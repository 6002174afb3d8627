import { GROUP } from '../../model/field-groups.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { DiskUsage } from '../../sources/disk-usage.ts';
import { putDisk } from './extra-columns.ts';
import type { ReadOrder, ReadingState } from './task-reading.ts';

/** The source of the disk usage of pods. */
export interface PodDisk {
  readonly usage: DiskUsage;
  readonly directoryOf: (podId: string) => string;
}

/** Adds the disk usage of a pod as it was measured last. Nothing is added without a source of it. */
export function addDisk(
  disk: PodDisk | undefined,
  state: ReadingState,
  { podId }: TaskRecord,
  { groups, nowMs }: ReadOrder,
): void {
  if ((groups & GROUP.disk) === 0 || disk === undefined || podId === undefined) return;
  state.podDirectory = disk.directoryOf(podId);
  const latest = disk.usage.latest(state.podDirectory, nowMs);
  putDisk(state.row, latest);
  if (latest !== undefined && latest !== state.disk) state.fresh |= GROUP.disk;
  state.disk = latest;
}
