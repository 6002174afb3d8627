import type { TaskResourceUsage } from './task-stats.ts';
import { MS_PER_SECOND, NS_PER_MS } from './units.ts';

/** A rate is computed only over a longer time: as in the sampling. */
export const MIN_WINDOW_MS = 10;

type Section = 'cpu' | 'io' | 'network';
type Numbers = Readonly<Record<string, number | undefined>>;
type Factor = (change: number, elapsedMs: number) => number;

/** A metric that is the increase of a counter over the time since the previous sample. */
export interface CounterRate {
  readonly section: Section;
  readonly key: string;
  readonly counter: string;
  readonly factor: Factor;
}

const percent: Factor = (change, elapsedMs) => (change / (elapsedMs * NS_PER_MS)) * 100;
const perSecond: Factor = (change, elapsedMs) => (change / elapsedMs) * MS_PER_SECOND;

function rate(section: Section, key: string, counter: string): CounterRate {
  return { section, key, counter, factor: section === 'cpu' ? percent : perSecond };
}

export const COUNTER_RATES: readonly CounterRate[] = [
  rate('cpu', 'percent', 'totalNs'),
  rate('cpu', 'userPercent', 'userNs'),
  rate('cpu', 'systemPercent', 'systemNs'),
  rate('io', 'readBytesPerSecond', 'readBytes'),
  rate('io', 'writeBytesPerSecond', 'writeBytes'),
  rate('network', 'receivedBytesPerSecond', 'receivedBytes'),
  rate('network', 'sentBytesPerSecond', 'sentBytes'),
];

/** A metric that nearly always follows from other ones and the sample before. */
export interface ComputedRate {
  /** `cpu.percent` */
  readonly name: string;
  readonly section: Section;
  readonly key: string;
  /** Undefined where nothing can be computed. `mhz` is the clock rate of a core: see {@link mhzOf}. */
  readonly compute: (before: TaskResourceUsage, now: TaskResourceUsage, mhz: number) => number | undefined;
}

/** Those with a counter first: `cpu.totalTicksMhz` follows from `cpu.percent`. */
export const COMPUTED_RATES: readonly ComputedRate[] = [
  ...COUNTER_RATES.map(({ section, key, counter, factor }) => ({
    ...{ name: `${section}.${key}`, section, key },
    compute: (before: TaskResourceUsage, now: TaskResourceUsage) =>
      rateBetween(
        factor,
        numbersOf(now, section)[counter],
        numbersOf(before, section)[counter],
        now.timestampMs - before.timestampMs,
      ),
  })),
  {
    ...{ name: 'cpu.totalTicksMhz', section: 'cpu', key: 'totalTicksMhz' },
    compute: (_, { cpu }, mhz) => (cpu.percent === undefined ? undefined : (cpu.percent / 100) * mhz),
  },
];

const NONE: Numbers = {};

export function numbersOf(usage: TaskResourceUsage, section: Section): Numbers {
  return usage[section] ?? NONE;
}

function rateBetween(
  factor: Factor,
  now: number | undefined,
  before: number | undefined,
  elapsedMs: number,
): number | undefined {
  if (now === undefined || before === undefined || elapsedMs < MIN_WINDOW_MS || !(now >= before))
    return undefined;
  return factor(now - before, elapsedMs);
}

/**
 * The clock rate of a core that a sample shows; `known` when it shows none. Megahertz have three decimals in /proc/cpuinfo;
 * a quotient of floats has the digits of its rounding too.
 */
export function mhzOf({ cpu }: Pick<TaskResourceUsage, 'cpu'>, known: number): number {
  const { percent: share = 0, totalTicksMhz } = cpu;
  return share > 0 && totalTicksMhz !== undefined ? Math.round((totalTicksMhz / share) * 1e5) / 1e3 : known;
}
