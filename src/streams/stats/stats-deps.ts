import type { SchedulerLike } from 'rxjs';

import type { Logger } from '../../model/logger.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskRegistry } from '../../registry/task-registry.ts';
import type { Cgroups } from '../../sources/cgroup/cgroups.ts';
import type { CpuFacts } from '../../sources/cpu-facts.ts';
import type { Processes } from '../../sources/processes.ts';
import type { SamplingOptions } from './sampling-options.ts';
import type { TaskSource } from './task-source.ts';

/** The dependencies of the streams of task stats. */
export interface StatsDeps {
  readonly registry: Pick<TaskRegistry, 'get' | 'list' | 'changes$'>;
  readonly cgroups: Cgroups;
  readonly processes: Processes;
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
  /** Called once a start of a task, when its metrics come from a worse source than they should, or not at all. */
  readonly onDegraded: (taskId: string, error: unknown) => void;
  /** Read from the machine by default. */
  readonly cpu?: CpuFacts;
  readonly sampling?: SamplingOptions;
  /** No stream samples more often; the least interval there is by default. */
  readonly minIntervalMs?: () => number;
  /** The cost of rkt commands so far; undefined before the first. */
  readonly rkt?: () => SamplingStats['rkt'];
  /** Reads cgroups and processes by default. */
  readonly source?: TaskSource;
  /** The directory of a pod; without it no disk usage is measured. */
  readonly podDirectory?: (podId: string) => string;
}
