/** Parsers over the bytes of a kernel file: they make no strings and no objects, and say NaN or false for what is no answer. */

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;

/** The digits from `start` to before `end`; NaN when there are none or something else. Above 2^53 it is rounded. */
export function parseDigits(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return NaN;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte < ZERO || byte > NINE) return NaN;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

/** The number that is all a file holds. */
export function parseFigure(bytes: Uint8Array, length: number): number {
  return parseDigits(bytes, 0, lastOf(bytes, length));
}

/** A limit: undefined for `max` and for the huge number by which v1 says "none", NaN for nonsense. */
export function parseLimit(bytes: Uint8Array, length: number): number | undefined {
  const end = lastOf(bytes, length);
  if (end === 3 && bytes[0] === 109 && bytes[1] === 97 && bytes[2] === 120) return undefined;
  const limit = parseDigits(bytes, 0, end);
  return limit > Number.MAX_SAFE_INTEGER ? undefined : limit;
}

/** Where the text ends without the newlines and spaces at its end. */
function lastOf(bytes: Uint8Array, length: number): number {
  let end = length;
  while (end > 0 && (bytes[end - 1] === NEWLINE || bytes[end - 1] === SPACE)) end -= 1;
  return end;
}

/** The keys to look for in the `key number` lines of a file, and where in a row their numbers go. */
export interface KeyTable {
  readonly hashes: Int32Array;
  readonly keys: readonly Uint8Array[];
  readonly places: Int32Array;
  readonly scales: Float64Array;
}

/** @param wanted by key: the place in the row, and what the number is multiplied by */
export function keyTable(
  wanted: Readonly<Record<string, readonly [place: number, scale: number]>>,
): KeyTable {
  const entries = Object.entries(wanted);
  const keys = entries.map(([key]) => new TextEncoder().encode(key));
  return {
    keys,
    hashes: Int32Array.from(keys, (key) => key.reduce(nextHash, 0)),
    places: Int32Array.from(entries, ([, [place]]) => place),
    scales: Float64Array.from(entries, ([, [, scale]]) => scale),
  };
}

/**
 * Puts the numbers of the wanted keys into a row and leaves the others alone.
 *
 * False when the number of a wanted key is none. Lines with other keys are not looked at: kernels add new ones.
 */
export function parseFlatKeyed(
  bytes: Uint8Array,
  length: number,
  table: KeyTable,
  page: Float64Array,
  base: number,
): boolean {
  const { hashes } = table;
  let at = 0;
  while (at < length) {
    const start = at;
    let hash = 0;
    let byte = bytes[at] as number;
    while (byte !== SPACE && byte !== NEWLINE && at < length) {
      hash = (Math.imul(hash, 31) + byte) | 0;
      at += 1;
      byte = bytes[at] as number;
    }
    const key = hashes.indexOf(hash);
    const keyEnd = at;
    while (at < length && bytes[at] !== NEWLINE) at += 1;
    if (key >= 0 && isKey(bytes, start, keyEnd, table.keys[key] as Uint8Array)) {
      const value = parseDigits(bytes, keyEnd + 1, at);
      if (!(value >= 0)) return false;
      page[base + (table.places[key] as number)] = value * (table.scales[key] as number);
    }
    at += 1;
  }
  return true;
}

function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

function isKey(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== key.length) return false;
  for (let at = 0; at < key.length; at += 1) if (bytes[start + at] !== key[at]) return false;
  return true;
}
