import { COMPUTED_RATES, numbersOf } from '../../model/computed-rates.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';

/** What a reader has of a task; nothing of a new one. */
export interface Known {
  readonly before: TaskResourceUsage | undefined;
  readonly mhz: number;
}

/** Fields that are written only by {@link rateDifferences}. */
export const RATE_FIELDS: ReadonlySet<string> = new Set(COMPUTED_RATES.map(({ name }) => name));

/** True when a reader that keeps the rates of the sample before has those of the present one. */
export function areRatesSame(before: TaskResourceUsage, now: TaskResourceUsage): boolean {
  if (before.cpu === now.cpu && before.io === now.io && before.network === now.network) return true;
  return COMPUTED_RATES.every(
    ({ section, key }) => numbersOf(before, section)[key] === numbersOf(now, section)[key],
  );
}

/** The cells of those rates that the reader cannot compute, or computes to something else. */
export function rateDifferences(
  { before, mhz }: Known,
  now: TaskResourceUsage,
  cell: (name: string, value: number | undefined) => string,
): string {
  let cells = '';
  for (const { name, section, key, compute } of COMPUTED_RATES) {
    if (now[section] === undefined) continue;
    const old = before && numbersOf(before, section)[key];
    const expected =
      before === undefined || old === undefined ? undefined : (compute(before, now, mhz) ?? old);
    const value = numbersOf(now, section)[key];
    // A computed rate can be -0.
    if (!Object.is(value, expected)) cells += cell(name, value);
  }
  return cells;
}
