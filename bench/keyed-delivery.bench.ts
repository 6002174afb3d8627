import { Subscription, VirtualTimeScheduler } from 'rxjs';

import { FIELD_GROUPS, groupMask } from '../src/model/field-groups.ts';
import { silentLogger } from '../src/model/logger.ts';
import { createTaskRegistry } from '../src/registry/task-registry.ts';
import { detectCgroups } from '../src/sources/cgroup/cgroups.ts';
import { COLUMN, ROW_LENGTH } from '../src/sources/cgroup/readers/cgroup-row.ts';
import { createProcesses } from '../src/sources/processes.ts';
import { allTaskStats } from '../src/streams/all-task-stats-stream.ts';
import { createStats, type Stats } from '../src/streams/stats/create-stats.ts';
import type { OpenTask } from '../src/streams/stats/task-reading.ts';
import type { TaskSource } from '../src/streams/stats/task-source.ts';
import { taskStats } from '../src/streams/task-stats-stream.ts';
import { SIX_FILE_GROUPS, addRunning } from './support/engine.ts';
import { summary, type Benchmark } from './support/benchmark.ts';

const TASKS = 1_000;
const INTERVAL_MS = 1_000;
const OPTIONS = { intervalMs: INTERVAL_MS, groups: SIX_FILE_GROUPS };

export const keyedDelivery: Benchmark = {
  name: 'keyed-delivery',
  asks: 'What does a tick of 1,000 tasks cost besides reading, with a subscriber for each task?',
  async run({ quick }) {
    const rounds = quick ? 20 : 300;
    const own = await tickTimes(rounds, (stats, onValue) => {
      const all = new Subscription();
      for (let index = 0; index < TASKS; index += 1)
        all.add(taskStats(stats, `t${index}`, OPTIONS).subscribe(onValue));
      return all;
    });
    const together = await tickTimes(rounds, (stats, onValue) =>
      allTaskStats(stats, OPTIONS).subscribe((samples) => samples.forEach(onValue)),
    );
    return [
      {
        what: 'each task has a subscriber of its own',
        ...summary(own),
        unit: 'ms a tick',
        threshold: { atMost: 1 },
      },
      { what: 'one subscriber to all tasks', ...summary(together), unit: 'ms a tick' },
    ];
  },
};

/** How long ticks take that read nothing: all that is left is scheduling, rates, samples and their delivery. */
async function tickTimes(
  rounds: number,
  subscribe: (stats: Stats, onValue: () => void) => Subscription,
): Promise<readonly number[]> {
  const scheduler = new VirtualTimeScheduler();
  const registry = createTaskRegistry({ scheduler, logger: silentLogger });
  for (let index = 0; index < TASKS; index += 1) addRunning(registry, `t${index}`, ['/nowhere']);
  const stats = createStats({
    registry,
    cgroups: await detectCgroups(),
    processes: createProcesses(),
    scheduler,
    logger: silentLogger,
    onDegraded: () => undefined,
    source: createMemorySource(),
  });
  let values = 0;
  const subscription = subscribe(stats, () => void (values += 1));
  const advance = (ms: number): void => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  advance(0.75 * INTERVAL_MS);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    values = 0;
    const began = performance.now();
    advance(INTERVAL_MS);
    times.push(performance.now() - began);
    if (values !== TASKS) throw new Error(`${values} values for ${TASKS} subscribers`);
  }
  subscription.unsubscribe();
  // The first ones run before the compiler has seen what is hot.
  return times.slice(rounds / 4);
}

interface MemoryTask extends OpenTask {
  version: number;
}

/** Metrics of tasks that need no reading: CPU time goes on, so that every sample is a new one. */
function createMemorySource(): TaskSource {
  return {
    open(): MemoryTask {
      const page = new Float64Array(ROW_LENGTH).fill(1);
      return {
        source: 'cgroup-v1',
        row: { page, base: 0 },
        fresh: groupMask(FIELD_GROUPS),
        version: 0,
        processes: undefined,
        degradedBy: undefined,
        isClosed: false,
      };
    },
    read(open) {
      open.row.page[COLUMN.cpu.totalNs] = (open.row.page[COLUMN.cpu.totalNs] ?? 0) + 1_000_000;
      (open as MemoryTask).version += 1;
      return open;
    },
    close: () => undefined,
    stats: { fileReads: 0, staleReads: 0, descriptors: { open: 0, budget: 0, opened: 0, evicted: 0 } },
  };
}
