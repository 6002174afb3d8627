import { openWriter } from '../../src/drivers/recorded/recording-writer.ts';
import type { RecordedDocument } from '../../src/drivers/recorded/recorded-document.ts';
import { tickOf, type RecordedTick } from '../../src/drivers/recorded/stats-rows.ts';
import { DEFAULT_FIELD_GROUPS } from '../../src/model/field-groups.ts';
import type { HostStats } from '../../src/model/host-stats.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../src/model/task-stats.ts';
import { NS_PER_MS } from '../../src/model/units.ts';

export const BEGIN_MS = Date.UTC(2026, 0, 2);
const PAGE_BYTES = 4_096;
const MHZ = 2_400;
const LIMIT_BYTES = 512 * 1024 * 1024;
/** A recorder samples every 5 s, writes every 15 s and measures the machine every 10 s. */
const INTERVAL_MS = 5_000;
const TICKS_PER_BLOCK = 3;
const TICKS_PER_HOST = 2;

/** Writes a recording as `recordDriver` would within some hours, with its default options. */
export async function writeHours(file: string, hours: number, tasks: number): Promise<void> {
  await writeTicks(file, {
    count: Math.round((hours * 3_600_000) / INTERVAL_MS),
    tasks,
    intervalMs: INTERVAL_MS,
  });
}

/** How a recording is written. */
interface TicksOptions {
  readonly count: number;
  readonly tasks: number;
  readonly intervalMs: number;
  /** What else is in it at its begin. */
  readonly documents?: readonly RecordedDocument[];
}

/** Writes a recording of the apps `app-0`, `app-1`, … */
export async function writeTicks(
  file: string,
  { count, tasks, intervalMs, documents: first = [] }: TicksOptions,
): Promise<void> {
  const writer = await openWriter(file, { maxBytes: Infinity, maxAgeMs: Infinity });
  const apps = Array.from({ length: tasks }, (_, index) => createApp(`app-${index}`, index, intervalMs));
  let documents: RecordedDocument[] = [...first];
  let ticks: RecordedTick[] = [];
  for (let tick = 0; tick < count; tick += 1) {
    const timeMs = BEGIN_MS + tick * intervalMs;
    if (tick % TICKS_PER_HOST === 0) documents.push({ kind: 'host', timeMs, value: hostAt(timeMs) });
    const samples = apps.map((app) => app(timeMs));
    ticks.push(tickOf(timeMs, samples));
    if (ticks.length < TICKS_PER_BLOCK && tick < count - 1) continue;
    await writer.append({ documents, ticks }, () => []);
    documents = [];
    ticks = [];
  }
  await writer.close();
}

/**
 * An app that works for some minutes and idles for some: every metric of the default groups is measured, and those that
 * move on a real machine move. A generator with a seed of its own makes each run the same.
 */
function createApp(taskId: string, seed: number, intervalMs: number): (tickMs: number) => TaskStatsSample {
  const random = generator(seed + 1);
  const share = random() ** 2;
  let isBusy = random() < 0.7;
  let before = { timeMs: NaN, totalNs: 0, userNs: 0, systemNs: 0 };
  const counters = { userNs: 0, systemNs: 0, periods: 0, throttledPeriods: 0, throttledNs: 0, pageFaults: 0 };
  const pages = { anonymous: 5_000 + Math.round(random() * 20_000), cached: Math.round(random() * 9_000) };
  let highestBytes = 0;
  return (tickMs) => {
    if (random() < 0.02) isBusy = !isBusy;
    const timeMs = tickMs + Math.floor(random() * 4);
    if (isBusy) work(counters, pages, random, share * intervalMs);
    const { userNs, systemNs } = counters;
    // The kernel's total is finer than the sum of both parts.
    const totalNs = userNs + systemNs + (isBusy ? Math.floor(random() * NS_PER_MS) : 0);
    const now = { timeMs, totalNs: Math.max(totalNs, before.totalNs), userNs, systemNs };
    const usageBytes = (pages.anonymous + pages.cached + 12) * PAGE_BYTES;
    highestBytes = Math.max(highestBytes, usageBytes);
    const usage = usageOf(now, before, { counters, pages, usageBytes, highestBytes });
    before = now;
    return { taskId, usage };
  };
}

interface Times {
  readonly timeMs: number;
  readonly totalNs: number;
  readonly userNs: number;
  readonly systemNs: number;
}

interface Pages {
  anonymous: number;
  cached: number;
}

type Counters = Record<
  'userNs' | 'systemNs' | 'periods' | 'throttledPeriods' | 'throttledNs' | 'pageFaults',
  number
>;

function work(counters: Counters, pages: Pages, random: () => number, busyMs: number): void {
  counters.userNs += Math.floor(random() * busyMs * NS_PER_MS);
  counters.systemNs += Math.floor(random() * busyMs * 0.2 * NS_PER_MS);
  counters.periods += 50;
  if (random() < 0.1) {
    counters.throttledPeriods += 1;
    counters.throttledNs += Math.floor(random() * 50 * NS_PER_MS);
  }
  counters.pageFaults += Math.floor(random() * 100);
  if (random() < 0.5) pages.anonymous += Math.round((random() - 0.5) * 200);
  if (random() < 0.2) pages.cached += Math.round(random() * 20);
  if (pages.cached > 30_000) pages.cached = 2_000;
}

interface State {
  readonly counters: Counters;
  readonly pages: Pages;
  readonly usageBytes: number;
  readonly highestBytes: number;
}

function usageOf(now: Times, before: Times, state: State): TaskResourceUsage {
  const { counters, pages, usageBytes, highestBytes } = state;
  const elapsedMs = now.timeMs - before.timeMs;
  const rate = (key: 'totalNs' | 'userNs' | 'systemNs'): number =>
    ((now[key] - before[key]) / (elapsedMs * NS_PER_MS)) * 100;
  const percent = rate('totalNs');
  const rates = Number.isNaN(elapsedMs)
    ? {}
    : {
        percent,
        userPercent: rate('userNs'),
        systemPercent: rate('systemNs'),
        totalTicksMhz: (percent / 100) * MHZ,
      };
  const { periods, throttledPeriods, throttledNs, pageFaults } = counters;
  const { totalNs, userNs, systemNs } = now;
  return {
    timestampMs: now.timeMs,
    source: 'cgroup-v1',
    fresh: DEFAULT_FIELD_GROUPS,
    cpu: {
      ...{ totalNs, userNs, systemNs, periods, throttledPeriods, throttledNs, ...rates },
      ...{ quotaNs: 100 * NS_PER_MS, periodNs: 100 * NS_PER_MS },
    },
    memory: {
      ...{
        usageBytes,
        maxUsageBytes: highestBytes,
        limitBytes: LIMIT_BYTES,
        reservationBytes: LIMIT_BYTES / 2,
      },
      ...{ rssBytes: pages.anonymous * PAGE_BYTES, cacheBytes: pages.cached * PAGE_BYTES, swapBytes: 0 },
      mappedFileBytes: (pages.cached >> 2) * PAGE_BYTES,
      workingSetBytes: usageBytes - (pages.cached >> 1) * PAGE_BYTES,
      ...{ kernelUsageBytes: 12 * PAGE_BYTES, kernelMaxUsageBytes: 20 * PAGE_BYTES },
      ...{ oomKills: 0, limitHits: 0, pageFaults, majorPageFaults: 3 },
    },
  };
}

function hostAt(timestampMs: number): HostStats {
  const wave = Math.sin(timestampMs / 1e7);
  return {
    timestampMs,
    cpu: { cores: 8, percent: 40 + 20 * wave },
    memory: { totalBytes: 16e9, usedBytes: 8e9 + Math.round(wave * 1e6) * PAGE_BYTES },
    disks: [{ mount: '/', totalBytes: 1e11, usedBytes: 5e10 }],
    uptimeMs: timestampMs - BEGIN_MS + 1e6,
  };
}

/** Numbers from 0 up to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
