import { NOTHING } from '../humanize.ts';

const UNITS = ['', 'K', 'M', 'G', 'T', 'P'];

/** `372K`, `12.3M`: powers of 1024 in at most five letters. */
export function shortBytes(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  let rest = value;
  let unit = 0;
  while (Math.round(rest) >= 1_000 && unit < UNITS.length - 1) {
    rest /= 1_024;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 99.95 ? 0 : 1;
  return `${rest.toFixed(digits).replace(/\.0$/, '')}${UNITS[unit] ?? ''}`;
}

/** `59s`, `12m`, `3h07m`, `4d11h`: at most six letters. */
export function shortDuration(ms: number | undefined): string {
  if (ms === undefined) return NOTHING;
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [days, hours, minutes] = [86_400, 3_600, 60].map((size) => Math.floor(seconds / size));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (days !== undefined && days > 0) return `${days}d${two((hours ?? 0) % 24)}h`;
  if (hours !== undefined && hours > 0) return `${hours}h${two((minutes ?? 0) % 60)}m`;
  return minutes !== undefined && minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}

export function cores(value: number | undefined): string {
  return value === undefined ? NOTHING : value.toFixed(2);
}

/** `1.2K↓ 300↑`: two rates, bytes a second. */
export function rates(first: number | undefined, second: number | undefined): string {
  if (first === undefined && second === undefined) return NOTHING;
  const round = (value: number | undefined): string => shortBytes(value && Math.round(value));
  return `${round(first)}/${round(second)}`;
}
