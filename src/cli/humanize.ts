import prettyBytes from 'pretty-bytes';
import prettyMs from 'pretty-ms';

/** The placeholder for a metric that was not measured. */
export const NOTHING = '-';

/** `64 MiB`: binary units, as limits are set in them. */
export function bytes(value: number | undefined): string {
  return value === undefined ? NOTHING : prettyBytes(value, { binary: true });
}

/** `99.8%` of one core. */
export function percent(value: number | undefined): string {
  return value === undefined ? NOTHING : `${value.toFixed(1)}%`;
}

/** `1h 2m`: the two largest units. */
export function duration(ms: number): string {
  return prettyMs(ms, { unitCount: 2, secondsDecimalDigits: ms < 10_000 ? 1 : 0 });
}

/** `3m 4s ago`. */
export function ago(timeMs: number | undefined, nowMs: number): string {
  return timeMs === undefined ? NOTHING : `${duration(Math.max(0, nowMs - timeMs))} ago`;
}

/** `14:05:09.123`, local time. */
export function clock(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
