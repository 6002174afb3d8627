import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

import type { FieldGroup } from '../../src/model/field-groups.ts';
import { allTaskStats } from '../../src/streams/all-task-stats-stream.ts';
import type { SamplingOptions } from '../../src/streams/stats/sampling-options.ts';
import { SIX_FILES, countValues, engineOver } from './engine.ts';
import type { Workload } from './workload.ts';
import { median } from './benchmark.ts';

/** One way to sample a whole workload. */
export interface Contender {
  readonly name: string;
  /** Opens what it keeps open. */
  begin(): void;
  /** Samples every task once. */
  pass(): void | Promise<void>;
  end(): void;
}

export interface ContenderTimes {
  /** CPU time of this process a task and pass, in µs, one a round. */
  readonly cpuUs: readonly number[];
  readonly wallUs: readonly number[];
}

const INTERVAL_MS = 1_000;
const WARM_UP_ROUNDS = 3;

/** The engine, from the files to a subscriber. */
export async function engineContender(
  workload: Workload,
  name: string,
  groups: readonly FieldGroup[],
  sampling: SamplingOptions = {},
): Promise<Contender> {
  const engine = await engineOver(workload, sampling);
  let values: ReturnType<typeof countValues> | undefined;
  return {
    name,
    begin() {
      values = countValues(
        allTaskStats(engine.stats, { intervalMs: INTERVAL_MS, groups }),
        ({ length }) => length,
      );
      // A tick is spread over half the interval: passes begin and end between two of them.
      engine.advance(0.75 * INTERVAL_MS);
      values.take();
    },
    pass() {
      engine.advance(INTERVAL_MS);
      const samples = values?.take() ?? 0;
      if (samples !== workload.count)
        throw new Error(`${name}: ${samples} samples of ${workload.count} tasks`);
    },
    end() {
      values?.stop();
      // A shared stream outlives its last subscriber for a second; then its descriptors are closed.
      engine.advance(2 * INTERVAL_MS);
    },
  };
}

/** What the kernel alone costs: the same files through kept descriptors, and nothing is done with what they say. */
export function bareContender(workload: Workload): Contender {
  const bytes = Buffer.allocUnsafe(8_192);
  let descriptors = new Int32Array(0);
  return {
    name: 'bare readSync',
    begin() {
      descriptors = Int32Array.from(sixFiles(workload), (path) => openSync(path, 'r'));
    },
    pass() {
      for (const fd of descriptors) readSync(fd, bytes, 0, bytes.length, 0);
    },
    end() {
      for (const fd of descriptors) closeSync(fd);
    },
  };
}

/** What one would write first. */
export function splitContender(workload: Workload): Contender {
  const files = sixFiles(workload);
  let sum = 0;
  return {
    name: 'readFileSync + split',
    begin: () => undefined,
    pass() {
      for (const path of files) {
        const lines = readFileSync(path, 'utf8').trim().split('\n');
        for (const line of lines) sum += Number(line.split(' ').at(-1));
      }
    },
    end() {
      if (Number.isNaN(sum)) throw new Error('A kernel file holds something else than numbers');
    },
  };
}

/** The six files of each task, a task after the other. */
export function sixFiles(workload: Workload): readonly string[] {
  return Array.from({ length: workload.count }, (_, index) => {
    const paths = workload.paths(index);
    return SIX_FILES.map((file) => {
      const [controller = '', name = ''] = file.split('/');
      const directory = paths.find((path) => path.split('/').includes(controller));
      if (directory === undefined) throw new Error(`This machine has no hierarchy of v1 for ${controller}`);
      return `${directory}/${name}`;
    });
  }).flat();
}

/**
 * Measures the contenders in turn, round after round, so that what the machine does besides meets them all alike.
 *
 * Each turn opens anew, warms up, and then makes `passes` passes that count. The first rounds do not count: they run before
 * the compiler has seen what is hot.
 */
export async function inTurn(
  contenders: readonly Contender[],
  { tasks, rounds, passes }: { readonly tasks: number; readonly rounds: number; readonly passes: number },
): Promise<readonly ContenderTimes[]> {
  const times = contenders.map(() => ({ cpuUs: [] as number[], wallUs: [] as number[] }));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      contender.begin();
      await contender.pass();
      const cpu = process.cpuUsage();
      const began = performance.now();
      for (let pass = 0; pass < passes; pass += 1) await contender.pass();
      const wallMs = performance.now() - began;
      const { user, system } = process.cpuUsage(cpu);
      contender.end();
      if (round < 0) continue;
      times[index]?.cpuUs.push((user + system) / passes / tasks);
      times[index]?.wallUs.push((wallMs * 1_000) / passes / tasks);
    }
  }
  return times;
}

/** The median of the ratios of rounds: what disturbed a round disturbed both. */
export function ratio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / (theirs[round] ?? NaN)));
}
