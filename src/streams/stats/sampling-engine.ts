import type { Observable } from 'rxjs';

import type { GroupMask } from '../../model/field-groups.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import type { StatsDeps } from './stats-deps.ts';

/** One ticker for all who ask for figures: every task that is due is read once a tick, for everybody. */
export interface SamplingEngine {
  /** Samples of one task until it has exited, with a final one; not shared. */
  watchTask(taskId: string, intervalMs: number, groups: GroupMask): Observable<TaskResourceUsage>;
  /** One frozen array a tick, until shutdown; not shared. */
  watchAll(intervalMs: number, groups: GroupMask): Observable<readonly TaskStatsSample[]>;
  /** What it has done so far. */
  figures(): Omit<SamplingStats, 'eventLoopDelay' | 'rkt'>;
}

/** The engine over these deps. It does nothing, and holds nothing open, while nobody subscribes. */
export type CreateSamplingEngine = (deps: StatsDeps) => SamplingEngine;
