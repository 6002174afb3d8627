import { VirtualTimeScheduler, type Observable, type SchedulerLike } from 'rxjs';

import type { FieldGroup } from '../../src/model/field-groups.ts';
import { silentLogger } from '../../src/model/logger.ts';
import { taskSpecSchema } from '../../src/model/task-spec.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import { createProcesses } from '../../src/sources/processes.ts';
import type { SamplingOptions } from '../../src/streams/stats/sampling-options.ts';
import { createStats, type Stats } from '../../src/streams/stats/create-stats.ts';
import type { Workload } from './workload.ts';

/** The groups that need exactly six files of cgroup v1. */
export const SIX_FILE_GROUPS: readonly FieldGroup[] = ['cpu', 'throttling', 'memory', 'memoryDetail'];
export const SIX_FILES: readonly string[] = [
  'cpuacct/cpuacct.usage',
  'cpuacct/cpuacct.stat',
  'cpu/cpu.stat',
  'memory/memory.usage_in_bytes',
  'memory/memory.max_usage_in_bytes',
  'memory/memory.stat',
];

/** The sampling of a workload, in virtual time: a tick takes as long as its work. */
export interface BenchEngine {
  readonly stats: Stats;
  /** Lets virtual time go on. */
  readonly advance: (ms: number) => void;
}

export async function engineOver(workload: Workload, sampling: SamplingOptions = {}): Promise<BenchEngine> {
  const scheduler = new VirtualTimeScheduler();
  const stats = await statsOver(workload, scheduler, sampling);
  return {
    stats,
    advance(ms) {
      scheduler.maxFrames = scheduler.frame + ms;
      scheduler.flush();
      scheduler.frame = scheduler.maxFrames;
    },
  };
}

async function statsOver(
  workload: Workload,
  scheduler: SchedulerLike,
  sampling: SamplingOptions,
): Promise<Stats> {
  const registry = createTaskRegistry({ scheduler, logger: silentLogger });
  for (let index = 0; index < workload.count; index += 1)
    addRunning(registry, `t${index}`, workload.paths(index));
  return createStats({
    registry,
    cgroups: await detectCgroups({ parent: workload.parent }),
    processes: createProcesses(),
    scheduler,
    logger: silentLogger,
    onDegraded: (taskId, error) => {
      throw new Error(`The metrics of ${taskId} are degraded`, { cause: error });
    },
    sampling,
  });
}

/** A task that no driver has started. */
export function addRunning(registry: TaskRegistry, id: string, cgroupPaths: readonly string[]): void {
  const spec = taskSpecSchema.parse({ id, config: { image: 'bench.local/none' } });
  registry.add({ id, spec, startToken: id, cgroupPaths });
  registry.transition(id, 'starting');
  registry.transition(id, 'running');
}

/** Subscribes, and gives what has come since the last call; `stop` unsubscribes. */
export function countValues<T>(
  values$: Observable<T>,
  sizeOf: (value: T) => number,
): { take(): number; stop(): void } {
  let count = 0;
  const subscription = values$.subscribe({
    next: (value) => {
      count += sizeOf(value);
    },
    error: (error: unknown) => {
      throw error;
    },
  });
  return {
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
    stop: () => subscription.unsubscribe(),
  };
}
