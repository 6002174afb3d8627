import { VirtualTimeScheduler, type Observable, type SchedulerLike } from 'rxjs';

import type { FieldGroup } from '../../src/model/field-groups.ts';
import { silentLogger } from '../../src/model/logger.ts';
import { taskSpecSchema } from '../../src/model/task-spec.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import { createProcesses } from '../../src/sources/processes.ts';
import type { SamplingOptions } from '../../src/streams/stats/sampling-options.ts';
import { createStats, type Stats } from '../../src/streams/stats/create-stats.ts';
import type { Fleet } from './fleet.ts';

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

/** The sampling of a fleet, in virtual time: a tick takes as long as its work. */
export interface BenchEngine {
  readonly stats: Stats;
  /** Lets virtual time go on. */
  readonly advance: (ms: number) => void;
}

export async function engineOver(fleet: Fleet, sampling: SamplingOptions = {}): Promise<BenchEngine> {
  const scheduler = new VirtualTimeScheduler();
  const stats = await statsOver(fleet, scheduler, sampling);
  return {
    stats,
    advance(ms) {
      scheduler.maxFrames = scheduler.frame + ms;
      scheduler.flush();
      scheduler.frame = scheduler.maxFrames;
    },
  };
}

async function statsOver(fleet: Fleet, scheduler: SchedulerLike, sampling: SamplingOptions): Promise<Stats> {
  const registry = createTaskRegistry({ scheduler, logger: silentLogger });
  for (let index = 0; index < fleet.count; index += 1) addRunning(registry, `t${index}`, fleet.paths(index));
  return createStats({
    registry,
    cgroups: await detectCgroups({ parent: fleet.parent }),
    processes: createProcesses(),
    scheduler,
    logger: silentLogger,
    onDegraded: (taskId, error) => {
      throw new Error(`The figures of ${taskId} are degraded`, { cause: error });
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
