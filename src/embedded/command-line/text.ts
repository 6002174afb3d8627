/**
 * Rows as a table padded with tab characters, the way rkt aligns everything it prints.
 *
 * Every cell but the last of a row is padded with tabs to its column's width: the widest cell plus one, rounded up to 8.
 */
export function tabTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, width(cell))));
  }
  const stops = widths.map((cells) => Math.ceil((cells + 1) / 8) * 8);
  const pad = (cell: string, i: number) => '\t'.repeat(Math.ceil(((stops[i] ?? 0) - width(cell)) / 8));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell + pad(cell, i))).join('');
  return rows.map((row) => `${line(row)}\n`).join('');
}

function width(text: string): number {
  return Array.from(text).length;
}

/** A time of day as rkt prints it, e.g. `2026-11-23 15:32:18.616 +0000 UTC`, in the local time zone. */
export function formatTime(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (n: number) => String(n).padStart(2, '0');
  const fraction = date.getMilliseconds() === 0 ? '' : `.${String(date.getMilliseconds()).padStart(3, '0')}`;
  const offsetMin = -date.getTimezoneOffset();
  const offset = `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offsetMin) / 60))}${two(Math.abs(offsetMin) % 60)}`;
  const day = [
    String(date.getFullYear()).padStart(4, '0'),
    two(date.getMonth() + 1),
    two(date.getDate()),
  ].join('-');
  const clock = [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':');
  return `${day} ${clock}${fraction.replace(/0+$/, '')} ${offset} ${zoneName(date)}`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}

const SECOND = 1;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONTH = 30 * DAY;
const YEAR = 12 * MONTH;
const LONG_TIME = 37 * YEAR;

const AGES: readonly (readonly [number, string, number])[] = [
  [1, 'now', 1],
  [2, '1 second', 1],
  [MINUTE, '%d seconds', SECOND],
  [2 * MINUTE, '1 minute', 1],
  [HOUR, '%d minutes', MINUTE],
  [2 * HOUR, '1 hour', 1],
  [DAY, '%d hours', HOUR],
  [2 * DAY, '1 day', 1],
  [WEEK, '%d days', DAY],
  [2 * WEEK, '1 week', 1],
  [MONTH, '%d weeks', WEEK],
  [2 * MONTH, '1 month', 1],
  [YEAR, '%d months', MONTH],
  [18 * MONTH, '1 year', 1],
  [2 * YEAR, '2 years', 1],
  [LONG_TIME, '%d years', YEAR],
];

/** A time as rkt's tables show it: `now`, `2 minutes ago`, `3 days from now`, `a long while ago`. */
export function formatAge(timeMs: number, nowMs: number): string {
  const label = timeMs > nowMs ? 'from now' : 'ago';
  const seconds = Math.floor(Math.abs(nowMs - timeMs) / 1000);
  const age = AGES.find(([limit]) => seconds < limit);
  if (age === undefined) return `a long while ${label}`;
  const [, text, unit] = age;
  return text === 'now' ? text : `${text.replace('%d', String(Math.floor(seconds / unit)))} ${label}`;
}

/** A size with binary units and two digits, e.g. `3.8MiB`, `14KiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 10) return `${bytes}B`;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const exponent = Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), units.length - 1);
  const value = Math.floor((bytes / 1024 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}${units[exponent] ?? ''}`;
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Bytes of `512MiB`; undefined for what is no positive number, with a binary unit or none. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15})(|KiB|MiB|GiB|TiB)$/.exec(text) ?? [];
  const value = Number(digits) * (SIZE_UNITS[unit] ?? NaN);
  return value > 0 ? value : undefined;
}

/** JSON as rkt prints it: compact, or indented by tabs. */
export function formatJson(value: unknown, pretty: boolean): string {
  return goEscapes(pretty ? JSON.stringify(value, undefined, '\t') : JSON.stringify(value));
}

/** Go's encoder writes these as escapes, too; inside JSON they can only occur in strings. */
function goEscapes(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
