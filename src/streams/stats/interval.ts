export const DEFAULT_STATS_INTERVAL_MS = 1_000;
export const MIN_STATS_INTERVAL_MS = 100;
/** The longest delay of a timer of Node; a longer one would fire immediately. */
export const MAX_STATS_INTERVAL_MS = 2 ** 31 - 1;

/** The effective sampling interval; calls `onClamp` if it differs from the requested one. */
export function normalizeIntervalMs(intervalMs: unknown, onClamp: (used: number) => void): number {
  if (intervalMs === undefined) return DEFAULT_STATS_INTERVAL_MS;
  const wanted = typeof intervalMs === 'number' && !Number.isNaN(intervalMs) ? intervalMs : 0;
  const used = Math.min(MAX_STATS_INTERVAL_MS, Math.max(MIN_STATS_INTERVAL_MS, Math.round(wanted)));
  if (used !== intervalMs) onClamp(used);
  return used;
}
