import type { BlockDeviceStats } from '../../../model/host-stats.ts';
import type { TaskSpec } from '../../../model/task-spec.ts';
import type { TaskResourceUsage } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';

/** What cAdvisor calls a container: a task that has not exited, or the machine, which is the root of all cgroups. */
export interface ContainerRow {
  /** Undefined for the machine. */
  readonly status?: TaskStatus | undefined;
  readonly spec?: TaskSpec | undefined;
  /** Of the machine; a task's is in its status. */
  readonly startedAtMs?: number | undefined;
  /** The latest sample; undefined when nothing could be measured. */
  readonly usage: ContainerUsage | undefined;
}

/** A sample of a task has all of these but the last. */
export interface ContainerUsage extends Partial<Omit<TaskResourceUsage, 'source' | 'fresh'>> {
  /** What is counted of single block devices, but of no cgroup. */
  readonly device?: BlockDeviceStats | undefined;
}
