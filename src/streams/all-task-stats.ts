import { setImmediate as nextTurn } from 'node:timers/promises';

import { defer, endWith, ignoreElements, takeUntil, type Observable } from 'rxjs';

import type { FieldGroup } from '../model/field-groups.ts';
import type { TaskStatsSample } from '../model/task-stats.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import { poll } from './operators/poll.ts';
import { measureTask } from './stats/measure-task.ts';
import type { StatsDeps } from './stats/stats-deps.ts';
import { statsState } from './stats/stats-state.ts';
import { createUsageMeter, type UsageMeter } from './stats/usage-meter.ts';

export interface AllTaskStatsOptions {
  /** 1000 by default, at least 100. */
  readonly intervalMs?: number;
  /** What to read; what Nomad shows by default. */
  readonly groups?: readonly FieldGroup[];
}

/** Tasks that are read before the event loop gets its turn: about 4 ms. */
const SLICE_SIZE = 20;

/**
 * Resource usage of all tasks that have not exited, one frozen array a tick, in the order the tasks were added.
 *
 * A task that cannot be measured at a tick is missing from that array; one that exits is missing from the next on. The
 * array is empty when there is no task.
 *
 * Source: as {@link taskStats}. Hot, shared by all who ask for the same interval; the last array is replayed; sampling
 * stops 1 s after the last subscriber left.
 *
 * @completes at shutdown
 */
export function allTaskStats(
  deps: StatsDeps,
  options: AllTaskStatsOptions = {},
): Observable<readonly TaskStatsSample[]> {
  return defer(() => {
    const { streams } = statsState(deps);
    const intervalMs = streams.intervalMs(options.intervalMs);
    return streams.get(JSON.stringify(['all', intervalMs]), () => sampleAll(deps, intervalMs));
  });
}

function sampleAll(deps: StatsDeps, intervalMs: number): Observable<readonly TaskStatsSample[]> {
  const { cpu, counters } = statsState(deps);
  const meters = new Map<string, UsageMeter>();
  const meterOf = ({ startToken }: TaskRecord): UsageMeter => {
    const meter = meters.get(startToken) ?? createUsageMeter(cpu);
    meters.set(startToken, meter);
    return meter;
  };
  const round = async (): Promise<readonly TaskStatsSample[]> => {
    const records = liveTasks(deps);
    forgetOthers(meters, records);
    const samples: TaskStatsSample[] = [];
    for (let start = 0; start < records.length; start += SLICE_SIZE) {
      if (start > 0) await nextTurn();
      const slice = records.slice(start, start + SLICE_SIZE);
      const measured = slice.map((record) => measureOne(deps, meterOf(record), record.id));
      samples.push(...(await Promise.all(measured)).flat());
    }
    const live = new Set(liveTasks(deps).map(({ id }) => id));
    return Object.freeze(samples.filter(({ taskId }) => live.has(taskId)));
  };
  const closed$ = deps.registry.changes$.pipe(ignoreElements(), endWith(true));
  return poll(round, {
    intervalMs,
    scheduler: deps.scheduler,
    onSkip: () => {
      counters.skippedTicks += 1;
    },
  }).pipe(takeUntil(closed$));
}

async function measureOne(
  deps: StatsDeps,
  meter: UsageMeter,
  taskId: string,
): Promise<readonly TaskStatsSample[]> {
  const usage = await measureTask(deps, meter, taskId, false);
  return usage === undefined ? [] : [Object.freeze({ taskId, usage })];
}

function liveTasks({ registry }: StatsDeps): readonly TaskRecord[] {
  return registry.list().filter(({ phase }) => phase !== 'exited');
}

function forgetOthers(meters: Map<string, UsageMeter>, records: readonly TaskRecord[]): void {
  const tokens = new Set(records.map(({ startToken }) => startToken));
  for (const token of meters.keys()) if (!tokens.has(token)) meters.delete(token);
}
