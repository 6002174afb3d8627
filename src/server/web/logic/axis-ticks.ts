/** An axis with fewer ticks cannot be read. */
const LEAST_TICKS = 4;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TIME_STEPS_MS = [
  ...[0.2, 0.5, 1, 2, 3, 5, 10, 15, 20, 30].map((count) => count * SECOND),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6].map((count) => count * HOUR),
];

/** Full local times within a range: at least four, with the largest step that allows it. */
export function timeTicks(fromMs: number, toMs: number): readonly number[] {
  const offsetMs = new Date(toMs).getTimezoneOffset() * MINUTE;
  const ticksOf = (stepMs: number): readonly number[] => {
    const first = Math.ceil((fromMs - offsetMs) / stepMs) * stepMs + offsetMs;
    const count = Math.max(0, Math.floor((toMs - first) / stepMs) + 1);
    return Array.from({ length: count }, (_, n) => first + n * stepMs);
  };
  const step = TIME_STEPS_MS.findLast((stepMs) => ticksOf(stepMs).length >= LEAST_TICKS);
  return ticksOf(step ?? TIME_STEPS_MS[0] ?? SECOND);
}

export interface ValueTicksOptions {
  /** Steps are powers of two, as sizes in memory are. */
  readonly isBinary?: boolean;
  /** Steps are not below 1. */
  readonly isWhole?: boolean;
}

/** From 0 to `max` at most: at least four, with the largest plain step that allows it. */
export function valueTicks(
  max: number,
  { isBinary = false, isWhole = false }: ValueTicksOptions = {},
): readonly number[] {
  if (!(max > 0)) return [0];
  const largest = max / (LEAST_TICKS - 1);
  const step = isBinary ? 2 ** Math.floor(Math.log2(largest)) : decimalStep(largest);
  const used = isWhole ? Math.max(1, step) : step;
  const count = Math.floor(max / used + 1e-9) + 1;
  return Array.from({ length: count }, (_, n) => Number((n * used).toPrecision(12)));
}

/** 1, 2 or 5 times a power of ten. */
function decimalStep(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(largest));
  const factor = [5, 2, 1].find((one) => one * power <= largest * (1 + 1e-9)) ?? 1;
  return factor * power;
}
