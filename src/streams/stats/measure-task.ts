import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { StatsDeps } from './stats-deps.ts';
import { statsState } from './stats-state.ts';
import type { UsageMeter } from './usage-meter.ts';

/**
 * One sample of a task; undefined when there is nothing to measure yet or any more, or the sample was no good.
 *
 * Never rejects: failures are counted, and the first of a task is reported.
 */
export async function measureTask(
  deps: StatsDeps,
  meter: UsageMeter,
  taskId: string,
  perProcess: boolean,
): Promise<TaskResourceUsage | undefined> {
  const { sampler, counters } = statsState(deps);
  const record = deps.registry.get(taskId);
  if (record === undefined || !hasSource(record)) return undefined;
  try {
    const raw = await sampler.sample(record, { perProcess });
    if (raw.degradedBy !== undefined && isLive(deps, record)) reportDegraded(deps, record, raw.degradedBy);
    const usage = meter.measure(raw, deps.scheduler.now(), perProcess);
    counters[usage === undefined ? 'droppedSamples' : 'samples'] += 1;
    return usage;
  } catch (error) {
    // While a task comes or goes away its files vanish under the reader: that is no failure.
    if (!isLive(deps, record)) return undefined;
    counters.failedSamples += 1;
    reportDegraded(deps, record, error);
    return undefined;
  }
}

function hasSource({ cgroupPaths, process }: TaskRecord): boolean {
  return cgroupPaths.length > 0 || process !== undefined;
}

function isLive({ registry }: StatsDeps, { id, startToken }: TaskRecord): boolean {
  const now = registry.get(id);
  return now?.startToken === startToken && (now.phase === 'running' || now.phase === 'stopping');
}

function reportDegraded(deps: StatsDeps, { id, spec }: TaskRecord, error: unknown): void {
  const { degraded } = statsState(deps);
  if (degraded.has(spec)) return;
  degraded.add(spec);
  deps.logger.warn({ taskId: id, err: error }, 'figures of a task are degraded');
  try {
    deps.onDegraded(id, error);
  } catch (refusal) {
    // The registry may have been closed, or the task removed, while the sample was under way.
    deps.logger.debug({ taskId: id, err: refusal }, 'degraded figures could not be reported');
  }
}
