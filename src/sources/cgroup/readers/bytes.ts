/**
 * Parsers for the bytes of a kernel file: they allocate no strings and no objects, and return NaN or false for
 * invalid input.
 */

/** Parses the contents of a file into a row; false if they are invalid. */
export type Parse = (bytes: Uint8Array, length: number, page: Float64Array, base: number) => boolean;

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;

/** The digits from `start` to before `end`; NaN when there are none or other characters. Rounded above 2^53. */
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

/** The number in a file that contains nothing else. */
export function parseWhole(bytes: Uint8Array, length: number): number {
  return parseDigits(bytes, 0, lastOf(bytes, length));
}

/** A limit: undefined for `max` and for the huge number that v1 uses for "none", NaN for invalid input. */
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

/** The keys to find in the `key number` lines of a file, and the columns of their numbers. */
export interface KeyTable {
  readonly hashes: Int32Array;
  readonly keys: readonly Uint8Array[];
  readonly places: Int32Array;
  readonly scales: Float64Array;
  /** The last result: the keys in the order of the file, the number of lines before each, and the offset of each. */
  readonly order: Int32Array;
  readonly gaps: Int32Array;
  readonly starts: Int32Array;
  isOrdered: boolean;
}

/** @param wanted by key: the column in the row, and the factor of the number */
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
    order: new Int32Array(keys.length),
    gaps: new Int32Array(keys.length),
    starts: new Int32Array(keys.length),
    isOrdered: false,
  };
}

/**
 * Writes the numbers of the wanted keys into a row and leaves other columns unchanged.
 *
 * A wanted key with an invalid number becomes NaN, not measured; returns false if all of them are invalid. Lines with
 * other keys are skipped: kernels add new ones.
 */
export function flatKeyedParser(table: KeyTable): Parse {
  const parseInOrder = inOrderParser(table);
  const parseByName = byNameParser(table);
  // A kernel writes the lines of a file in the same order each time, so afterwards they only need to be counted.
  return (bytes, length, page, base) =>
    (table.isOrdered && parseInOrder(bytes, length, page, base)) || parseByName(bytes, length, page, base);
}

function inOrderParser({ order, gaps, starts, keys, places, scales }: KeyTable): Parse {
  return (bytes, length, page, base) => {
    let at = 0;
    for (let index = 0; index < order.length; index += 1) {
      const wanted = order[index] as number;
      const key = keys[wanted] as Uint8Array;
      const guess = starts[index] as number;
      if (guess >= at && isLine(bytes, guess, length, key)) at = guess;
      else {
        for (let lines = gaps[index] as number; lines > 0; lines -= 1) {
          while (at < length && bytes[at] !== NEWLINE) at += 1;
          at += 1;
        }
        if (!isLine(bytes, at, length, key)) return false;
        starts[index] = at;
      }
      const start = at + key.length + 1;
      let value = 0;
      for (at = start; at < length && bytes[at] !== NEWLINE; at += 1) {
        const byte = bytes[at] as number;
        if (byte < ZERO || byte > NINE) return false;
        value = value * 10 + (byte - ZERO);
      }
      if (at === start) return false;
      page[base + (places[wanted] as number)] = value * (scales[wanted] as number);
      at += 1;
    }
    return true;
  };
}

/** Finds the keys by their hashes, and records their positions if all of them exist with their numbers. */
function byNameParser(table: KeyTable): Parse {
  const { hashes } = table;
  return (bytes, length, page, base) => {
    let found = 0;
    let odd = 0;
    let lines = 0;
    let at = 0;
    table.isOrdered = false;
    while (at < length) {
      const start = at;
      let hash = 0;
      while (at < length && bytes[at] !== SPACE && bytes[at] !== NEWLINE) {
        hash = nextHash(hash, bytes[at] as number);
        at += 1;
      }
      const wanted = hashes.indexOf(hash);
      const keyEnd = at;
      while (at < length && bytes[at] !== NEWLINE) at += 1;
      const key = table.keys[wanted];
      if (key !== undefined && keyEnd - start === key.length && isKey(bytes, start, key)) {
        const value = parseDigits(bytes, keyEnd + 1, at);
        page[base + (table.places[wanted] as number)] = value * (table.scales[wanted] as number);
        if (value >= 0) {
          table.order[found] = wanted;
          table.gaps[found] = lines;
          found += 1;
          lines = -1;
        } else odd += 1;
      }
      lines += 1;
      at += 1;
    }
    table.isOrdered = found === table.keys.length;
    return odd === 0 || found > 0;
  };
}

function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

/** True where a line begins with this key. */
function isLine(bytes: Uint8Array, start: number, length: number, key: Uint8Array): boolean {
  const end = start + key.length;
  return (
    end < length &&
    bytes[end] === SPACE &&
    (start === 0 || bytes[start - 1] === NEWLINE) &&
    isKey(bytes, start, key)
  );
}

function isKey(bytes: Uint8Array, start: number, key: Uint8Array): boolean {
  for (let at = 0; at < key.length; at += 1) if (bytes[start + at] !== key[at]) return false;
  return true;
}
