import { Observable, type Subscription } from 'rxjs';

import { taskNotFound } from '../../model/errors.ts';
import type { GroupMask } from '../../model/field-groups.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { TaskChange } from '../../registry/task-registry.ts';
import { readCpuFacts } from '../../sources/cpu-facts.ts';
import { beginArray, createFleet, dropFromFleet, type Fleet } from './fleet.ts';
import { addLane, removeLane, type Lane, type LaneBeat, type WatchedTask } from './lanes.ts';
import { createLooker } from './look.ts';
import { DEFAULT_SAMPLING } from './sampling-options.ts';
import { createSlicer } from './slices.ts';
import { createCounters } from './stats-counters.ts';
import type { StatsDeps } from './stats-deps.ts';
import type { TaskSource } from './task-source.ts';
import { createTicker } from './ticker.ts';

/** One ticker for all who ask for figures: every task that is due is read once a tick, for everybody. */
export interface SamplingEngine {
  /**
   * Samples of one task: one at once, then one a tick, and a final one when it has exited. Not shared.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND through the stream
   */
  watchTask(taskId: string, intervalMs: number, groups: GroupMask): Observable<TaskResourceUsage>;
  /** One frozen array at once, then one a tick, until shutdown. Not shared. */
  watchAll(intervalMs: number, groups: GroupMask): Observable<readonly TaskStatsSample[]>;
  /** What it has done so far. */
  figures(): Omit<SamplingStats, 'eventLoopDelay' | 'rkt'>;
}

/** A first sample comes at once; the tick after it is left out when it would come sooner than this part of the interval. */
const NEAR_PART = 0.5;
/** Descriptors of files that are read every tick are not closed to make room for those that are read now and then. */
const KEEP_INTERVALS = 2;

/** The engine over these deps. It does nothing, and holds nothing open, while nobody subscribes. */
export function createSamplingEngine(deps: StatsDeps, source: TaskSource): SamplingEngine {
  const { registry, scheduler } = deps;
  const { sliceMs, spread, workClock } = { ...DEFAULT_SAMPLING, ...deps.sampling };
  const counters = createCounters();
  const tasks = new Map<string, WatchedTask>();
  const beats = new Map<number, LaneBeat>();
  const newLanes = new Set<Lane>();
  const newFleets = new Set<Fleet>();
  let kick: Subscription | undefined;
  let changes: Subscription | undefined;

  const look = createLooker({
    ...deps,
    source,
    counters,
    cpu: deps.cpu ?? readCpuFacts(),
    keepMs: () => KEEP_INTERVALS * ticker.shortestMs,
  });
  const slicer = createSlicer({
    scheduler,
    sliceMs,
    workClock,
    onSlice(workMs) {
      counters.workMs += workMs;
      counters.longestSliceMs = Math.max(counters.longestSliceMs, workMs);
    },
  });
  const lookIfDue = (lane: Lane): void => {
    if (lane.isDue) look(lane.task);
  };
  const round = (beat: LaneBeat, lanes: readonly Lane[]): void => {
    const { intervalMs } = beat;
    const beganMs = workClock();
    counters.ticks += 1;
    beat.isBusy = true;
    slicer.run(lanes, spread * intervalMs, lookIfDue, (workMs) => {
      beat.isBusy = false;
      const durationMs = workClock() - beganMs;
      counters.lastTick = Object.freeze({ intervalMs, tasks: lanes.length, durationMs, workMs });
    });
  };
  const ticker = createTicker<LaneBeat>(
    scheduler,
    (due, nowMs) => {
      // All are made due before the first is read, so that a task that two of them want is read once.
      const work = due.map((beat) => [beat, dueLanes(beat, nowMs, counters)] as const);
      for (const [beat, lanes] of work) if (lanes !== undefined) round(beat, lanes);
    },
    (_, ticks) => {
      counters.skippedTicks += ticks;
    },
  );

  const wake = (): void => {
    changes ??= registry.changes$.subscribe({ next: onChange, error: endAll, complete: endAll });
    kick ??= scheduler.schedule(() => {
      kick = undefined;
      const lanes = [...[...newFleets].flatMap(beginArray), ...newLanes];
      for (const lane of newLanes) lane.isDue = true;
      newFleets.clear();
      newLanes.clear();
      slicer.run(lanes, 0, lookIfDue, () => undefined);
    });
  };
  const restWhenIdle = (): void => {
    if (beats.size > 0 || tasks.size > 0) return;
    kick?.unsubscribe();
    kick = undefined;
    changes?.unsubscribe();
    changes = undefined;
    slicer.stop();
  };
  const beatOf = (intervalMs: number): LaneBeat => {
    const present = beats.get(intervalMs);
    if (present !== undefined) return present;
    const beat = { intervalMs, nextMs: 0, lanes: new Set<Lane>(), fleets: new Set<Fleet>(), isBusy: false };
    beats.set(intervalMs, beat);
    ticker.add(beat);
    return beat;
  };
  const leaveBeat = (beat: LaneBeat): void => {
    if (beat.lanes.size > 0 || beat.fleets.size > 0) return;
    beats.delete(beat.intervalMs);
    ticker.remove(beat);
  };
  const taskOf = (record: TaskRecord): WatchedTask => {
    const { id, startToken } = record;
    const present = tasks.get(startToken);
    if (present !== undefined) return present;
    const look = source.open();
    const task = { id, startToken, record, look, lanes: [], isRemoved: false, isLooking: false };
    tasks.set(startToken, task);
    return task;
  };
  const dropLane = (lane: Lane): void => {
    newLanes.delete(lane);
    if (!removeLane(lane)) return;
    source.close(lane.task.look);
    tasks.delete(lane.task.startToken);
  };

  const join = (fleet: Fleet, record: TaskRecord): void => {
    if (record.phase === 'exited' || fleet.lanes.has(record.startToken)) return;
    const lane = addLane(taskOf(record), { groups: fleet.groups, notBeforeMs: fleet.notBeforeMs, fleet });
    fleet.lanes.set(record.startToken, lane);
  };
  const leave = (fleet: Fleet, startToken: string): void => {
    const lane = fleet.lanes.get(startToken);
    if (lane === undefined) return;
    dropFromFleet(fleet, lane);
    dropLane(lane);
  };
  const allFleets = (): readonly Fleet[] => [...beats.values()].flatMap(({ fleets }) => [...fleets]);
  const onChange = ({ kind, record }: TaskChange): void => {
    if (kind === 'added') for (const fleet of allFleets()) join(fleet, record);
    const task = tasks.get(record.startToken);
    if (task !== undefined) {
      task.record = record;
      task.isRemoved = kind === 'removed';
    }
    if (kind !== 'removed' && record.phase !== 'exited') return;
    for (const fleet of allFleets()) leave(fleet, record.startToken);
    if (task === undefined) return;
    for (const lane of task.lanes) lane.isEnding = lane.isDue = true;
    look(task);
  };
  const endAll = (): void => {
    for (const fleet of allFleets()) fleet.sink.complete();
    for (const { lanes } of [...tasks.values()]) for (const { sink } of [...lanes]) sink?.complete();
  };

  return {
    watchTask: (taskId, intervalMs, groups) =>
      new Observable((sink) => {
        const record = registry.get(taskId);
        if (record === undefined) {
          sink.error(taskNotFound(taskId));
          return;
        }
        const notBeforeMs = scheduler.now() + NEAR_PART * intervalMs;
        const lane = addLane(taskOf(record), { groups, notBeforeMs, sink });
        if (record.phase === 'exited') {
          lane.isEnding = lane.isDue = true;
          sink.add(() => dropLane(lane));
          look(lane.task);
          return;
        }
        const beat = beatOf(intervalMs);
        beat.lanes.add(lane);
        newLanes.add(lane);
        wake();
        return () => {
          beat.lanes.delete(lane);
          dropLane(lane);
          leaveBeat(beat);
          restWhenIdle();
        };
      }),
    watchAll: (intervalMs, groups) =>
      new Observable((sink) => {
        const fleet = createFleet(groups, scheduler.now() + NEAR_PART * intervalMs, sink);
        const beat = beatOf(intervalMs);
        beat.fleets.add(fleet);
        newFleets.add(fleet);
        for (const record of registry.list()) join(fleet, record);
        wake();
        return () => {
          beat.fleets.delete(fleet);
          newFleets.delete(fleet);
          for (const lane of fleet.lanes.values()) dropLane(lane);
          leaveBeat(beat);
          restWhenIdle();
        };
      }),
    figures: () => ({
      timestampMs: scheduler.now(),
      tasks: tasks.size,
      ...counters,
      ...source.stats,
    }),
  };
}

/** Makes the lanes of a beat due; undefined when its last round is still under way. */
function dueLanes(
  beat: LaneBeat,
  nowMs: number,
  counters: { skippedTicks: number },
): readonly Lane[] | undefined {
  if (beat.isBusy) {
    counters.skippedTicks += 1;
    return undefined;
  }
  const lanes: Lane[] = [];
  for (const fleet of beat.fleets) {
    if (fleet.awaited > 0) counters.skippedTicks += 1;
    else if (fleet.notBeforeMs <= nowMs) for (const lane of beginArray(fleet)) lanes.push(lane);
  }
  for (const lane of beat.lanes) {
    if (lane.notBeforeMs > nowMs) continue;
    lane.isDue = true;
    lanes.push(lane);
  }
  return lanes;
}
