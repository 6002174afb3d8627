import type { TaskSpec } from '../../model/task-spec.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { CpuFacts } from '../../sources/cpu-facts.ts';
import { putSample } from './fleet.ts';
import { dueGroups, type Lane, type WatchedTask } from './lanes.ts';
import type { StatsCounters } from './stats-counters.ts';
import type { StatsDeps } from './stats-deps.ts';
import type { Reading, TaskSource } from './task-source.ts';
import { measure } from './usage-meter.ts';

export interface LookerDeps extends Pick<StatsDeps, 'registry' | 'scheduler' | 'logger' | 'onDegraded'> {
  readonly source: TaskSource;
  readonly counters: StatsCounters;
  readonly cpu: CpuFacts;
  /** How long a descriptor is safe from making room for another. */
  readonly keepMs: () => number;
}

/**
 * Looks at tasks: reads what is due for one, once, and gives each lane that is due its sample.
 *
 * Never throws: failures are counted, and the first of a start of a task is reported. A lane that is due while a look is
 * under way misses this tick; one that must not miss it is served by another look after that.
 */
export function createLooker(deps: LookerDeps): (task: WatchedTask) => void {
  const { scheduler, source, counters, cpu, keepMs } = deps;
  const report = createReport(deps);

  const serve = (lanes: readonly Lane[], reading: Reading, record: TaskRecord): void => {
    if (reading.degradedBy !== undefined && isLive(deps, record)) report(record, reading.degradedBy);
    const nowMs = scheduler.now();
    for (const lane of lanes) {
      const usage = measure(lane, reading, lane.groups, nowMs, cpu);
      counters[usage === undefined ? 'droppedSamples' : 'samples'] += 1;
      settle(lane, usage);
    }
  };
  const fail = (lanes: readonly Lane[], record: TaskRecord, error: unknown): void => {
    // While a task comes or goes away its files vanish under the reader: that is no failure.
    if (isLive(deps, record)) {
      counters.failedSamples += lanes.length;
      report(record, error);
    }
    for (const lane of lanes) settle(lane, undefined);
  };
  const wait = (
    task: WatchedTask,
    lanes: readonly Lane[],
    reading: Promise<Reading>,
    record: TaskRecord,
  ): void => {
    task.isLooking = true;
    const end = (how: () => void): void => {
      task.isLooking = false;
      how();
      if (task.lanes.some(({ isDue }) => isDue)) look(task);
    };
    reading.then(
      (told) => end(() => serve(lanes, told, record)),
      (error: unknown) => end(() => fail(lanes, record, error)),
    );
  };
  const look = (task: WatchedTask): void => {
    if (task.isLooking) {
      counters.skippedTicks += missTick(task);
      return;
    }
    const groups = dueGroups(task);
    const lanes = takeDue(task);
    if (lanes.length === 0) return;
    const { record } = task;
    if (!hasSource(record) || task.isRemoved) {
      for (const lane of lanes) settle(lane, undefined);
      return;
    }
    try {
      const reading = source.read(task.look, record, groups, scheduler.now(), keepMs());
      if (reading instanceof Promise) wait(task, [...lanes], reading, record);
      else serve(lanes, reading, record);
    } catch (error) {
      fail(lanes, record, error);
    }
  };
  return look;
}

/** Gives a lane its sample, if there is one; the last one completes it. */
function settle(lane: Lane, usage: TaskResourceUsage | undefined): void {
  const { sink, fleet, isEnding } = lane;
  if (fleet !== undefined) putSample(fleet, lane, usage);
  if (usage !== undefined) sink?.next(usage);
  if (isEnding) sink?.complete();
}

/** The lanes that are due, which then are so no more. Most tasks have one lane: then no array is made. */
function takeDue({ lanes }: WatchedTask): readonly Lane[] {
  const [first] = lanes;
  if (lanes.length === 1 && first?.isDue === true) {
    first.isDue = false;
    return lanes;
  }
  const due = lanes.filter(({ isDue }) => isDue);
  for (const lane of due) lane.isDue = false;
  return due;
}

/** Gives how many lanes miss their tick: not those that an array waits for, nor one that waits for its end. */
function missTick({ lanes }: WatchedTask): number {
  let missed = 0;
  for (const lane of lanes) {
    if (!lane.isDue || lane.isEnding || lane.fleet !== undefined) continue;
    lane.isDue = false;
    missed += 1;
  }
  return missed;
}

function hasSource({ cgroupPaths, process }: TaskRecord): boolean {
  return cgroupPaths.length > 0 || process !== undefined;
}

function isLive({ registry }: Pick<StatsDeps, 'registry'>, { id, startToken }: TaskRecord): boolean {
  const now = registry.get(id);
  return now?.startToken === startToken && (now.phase === 'running' || now.phase === 'stopping');
}

/** Tells that the figures of a task are not what they should be, once a start: a record keeps its spec from beginning to end. */
function createReport({
  logger,
  onDegraded,
}: Pick<StatsDeps, 'logger' | 'onDegraded'>): (record: TaskRecord, error: unknown) => void {
  const degraded = new WeakSet<TaskSpec>();
  return ({ id, spec }, error) => {
    if (degraded.has(spec)) return;
    degraded.add(spec);
    logger.warn({ taskId: id, err: error }, 'figures of a task are degraded');
    try {
      onDegraded(id, error);
    } catch (refusal) {
      // The registry may have been closed, or the task removed, while the look was under way.
      logger.debug({ taskId: id, err: refusal }, 'degraded figures could not be reported');
    }
  };
}
