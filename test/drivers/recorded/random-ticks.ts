import fc from 'fast-check';

import { FIELD_GROUPS, groupMask, maskGroups, type GroupMask } from '../../../src/model/field-groups.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../../src/model/task-stats.ts';
import { COLUMN_COUNT, usageOfRow } from '../../../src/drivers/recorded/metric-columns.ts';

export const ALL_GROUPS: GroupMask = groupMask(FIELD_GROUPS);

/** A value as the kernel gives it, or one that no kernel gives. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.maxSafeNat() },
  { weight: 4, arbitrary: fc.nat({ max: 100 }) },
  fc.constant(NaN),
  fc.constant(9_223_372_036_854_771_712),
  fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
);

/** A sample with random values in random columns. */
export const anySample = (taskId: string, timeMs: number): fc.Arbitrary<TaskStatsSample> =>
  fc
    .tuple(
      fc.integer({ min: -500, max: 500 }),
      fc.nat({ max: 2 }),
      fc.option(fc.nat({ max: ALL_GROUPS })),
      fc.array(value, { minLength: COLUMN_COUNT, maxLength: COLUMN_COUNT }),
    )
    .map(([offset, source, fresh, values]) => ({
      taskId,
      usage: usageOfRow(
        (column) => [offset, source, fresh ?? NaN][column] ?? values[column] ?? NaN,
        timeMs,
        ALL_GROUPS,
      ),
    }));

/** Samples of an app that does something: counters grow, memory goes up and down. */
export function workingSample(taskId: string, tick: number, timeMs: number, seed = 1): TaskStatsSample {
  const noise = (salt: number): number =>
    Math.abs(Math.sin(tick * 12.9898 + salt * 78.233 + seed) * 43758.5453) % 1;
  const userNs = Math.round(tick * 2e9 + noise(1) * 1e8);
  const systemNs = Math.round(tick * 5e8 + noise(2) * 1e7);
  const usageBytes = 50_000_000 + Math.round(noise(3) * 1_000) * 4_096;
  const usage: TaskResourceUsage = {
    timestampMs: timeMs,
    source: 'cgroup-v1',
    memory: {
      usageBytes,
      rssBytes: usageBytes - 8_192,
      workingSetBytes: usageBytes - 4_096,
      pageFaults: tick * 31,
    },
    cpu: { totalNs: userNs + systemNs, userNs, systemNs, percent: noise(4) * 100 },
    fresh: maskGroups(groupMask(['cpu', 'memory', 'memoryDetail'])),
  };
  return { taskId, usage };
}
