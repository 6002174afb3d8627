import { NEVER, concat, from, map, of, timer } from 'rxjs';

import type {
  Driver,
  Fingerprint,
  HostStats,
  TaskResourceUsage,
  TaskStatsSample,
  TaskStatus,
} from '../../src/index.ts';
import { CAPABILITIES } from '../../src/model/plugin.ts';
import { taskNotFound } from '../../src/model/rkt-error.ts';
import { aTaskStatus } from './task-statuses.ts';

const MIB = 2 ** 20;

/** A task that no one runs: what a driver would report of it. */
function fakeTask(index: number, nowMs: number): TaskStatus {
  return aTaskStatus(`web-${String(index).padStart(4, '0')}`, {
    image: `example.com/service-${index % 7}:v1`,
    podId: '0f3c2f6e-8b1e-4c57-9f62-9b0f6c1a2d3e',
    pid: 1_000 + index,
    startedAtMs: nowMs - index * 61_000,
    memoryLimitBytes: 256 * MIB,
  });
}

/** Metrics that move: every task has a wave of its own. */
function fakeSample(index: number, tick: number, nowMs: number): TaskStatsSample {
  const wave = 0.5 + 0.5 * Math.sin(tick / 7 + index);
  const usage: TaskResourceUsage = {
    timestampMs: nowMs,
    source: 'cgroup-v2',
    cpu: {
      percent: 5 + 40 * wave,
      totalNs: 1e13 + tick * 1e9,
      throttledNs: 1e11 + tick * 1e7,
      throttledPeriods: 0,
    },
    memory: {
      workingSetBytes: (40 + (index % 90) + 10 * wave) * MIB,
      rssBytes: (30 + (index % 90)) * MIB,
      cacheBytes: 10 * MIB,
      limitBytes: 256 * MIB,
    },
    pidCount: { current: 1 + (index % 5), limit: 100 },
  };
  return { taskId: `web-${String(index).padStart(4, '0')}`, usage };
}

function fakeHost(nowMs: number): HostStats {
  return {
    timestampMs: nowMs,
    cpu: { cores: 8, percent: 42, load1: 3.1 },
    memory: {
      totalBytes: 16_384 * MIB,
      usedBytes: 9_000 * MIB,
      availableBytes: 7_000 * MIB,
      swapTotalBytes: 0,
    },
    disks: [{ mount: '/', totalBytes: 100_000 * MIB, usedBytes: 40_000 * MIB }],
    uptimeMs: 86_400_000,
  };
}

/**
 * A driver of tasks that no one runs, with metrics every interval: what a page and a server can be loaded with. A sampling of
 * 5 s and more, such as that of the history, begins with samples of the last `pastMs`.
 */
export function fakeDriver(count: number, { pastMs = 0 }: { readonly pastMs?: number } = {}): Driver {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const statuses = indexes.map((index) => fakeTask(index, Date.now()));
  const fingerprint = { health: 'healthy', description: 'Healthy', attributes: {}, timeMs: Date.now() };
  const known: Partial<Driver> = {
    capabilities: () => CAPABILITIES,
    lockAgent: () => Promise.resolve(() => Promise.resolve()),
    tasks: () => concat(of(statuses), NEVER),
    taskEvents: () => NEVER,
    fingerprint: () => concat(of(fingerprint as Fingerprint), NEVER),
    hostStats: ({ intervalMs = 1_000 } = {}) => timer(0, intervalMs).pipe(map(() => fakeHost(Date.now()))),
    samplingStats: () => NEVER,
    allTaskStats: ({ intervalMs = 1_000 } = {}) => {
      const begunMs = Date.now();
      const sampleAt = (timeMs: number): readonly TaskStatsSample[] =>
        indexes.map((index) => fakeSample(index, (timeMs - begunMs) / 1_000, timeMs));
      const past = Array.from({ length: intervalMs < 5_000 ? 0 : Math.floor(pastMs / intervalMs) }, (_, n) =>
        sampleAt(begunMs - pastMs + n * intervalMs),
      );
      return concat(from(past), timer(0, intervalMs).pipe(map(() => sampleAt(Date.now()))));
    },
    inspectTask(taskId) {
      const status = statuses.find(({ id }) => id === taskId);
      if (status === undefined) throw taskNotFound(taskId);
      return status;
    },
  };
  return known as Driver;
}
