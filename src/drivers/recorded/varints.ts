import { RktError } from '../../model/rkt-error.ts';

/** Bytes that are appended: variable-length integers of seven bits a byte, floats and texts. */
export interface ByteWriter {
  /** A safe integer, at least 0. */
  uint(value: number): void;
  /** An integer between ±2^52: small ones of either sign take few bytes. */
  int(value: number): void;
  float(value: number): void;
  text(value: string): void;
  bytes(value: Uint8Array): void;
  /** A copy of what was written. */
  done(): Buffer;
}

export function createByteWriter(firstBytes = 4_096): ByteWriter {
  let buffer = Buffer.allocUnsafe(firstBytes);
  let length = 0;
  const reserve = (bytes: number): void => {
    if (length + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + bytes));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  const uint = (value: number): void => {
    reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      buffer[length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    buffer[length++] = rest;
  };
  const bytes = (value: Uint8Array): void => {
    reserve(value.length);
    buffer.set(value, length);
    length += value.length;
  };
  return {
    uint,
    int: (value) => uint(value < 0 ? -2 * value - 1 : 2 * value),
    float(value) {
      reserve(8);
      length = buffer.writeDoubleLE(value, length);
    },
    text(value) {
      const encoded = Buffer.from(value, 'utf8');
      uint(encoded.length);
      bytes(encoded);
    },
    bytes,
    done: () => Buffer.from(buffer.subarray(0, length)),
  };
}

/** The same bytes, read in the same order. */
export interface ByteReader {
  /** @throws RKT_ERR_RECORDING when the bytes end; so do the other functions */
  uint(): number;
  int(): number;
  /** An `int` for each place of the array; a place without its bit in `present` becomes NaN. */
  ints(into: Float64Array, present?: Uint8Array): void;
  float(): number;
  text(): string;
  bytes(count: number): Buffer;
  readonly left: number;
}

export function createByteReader(buffer: Buffer): ByteReader {
  let at = 0;
  const take = (count: number): number => {
    const from = at;
    if (count > buffer.length - at) throw truncated();
    at += count;
    return from;
  };
  const uint = (): number => {
    const first = buffer[at];
    if (first !== undefined && first < 0x80) {
      at += 1;
      return first;
    }
    let value = 0;
    // Eight bytes of seven bits are more than a safe integer has.
    for (let factor = 1; factor < 2 ** 56; factor *= 0x80) {
      const byte = buffer[at++];
      if (byte === undefined) throw truncated();
      if (byte < 0x80) return value + byte * factor;
      value += (byte - 0x80) * factor;
    }
    throw truncated();
  };
  return {
    uint,
    int: () => signed(uint()),
    ints(into, present) {
      for (let place = 0; place < into.length; place += 1) {
        if (present !== undefined && !hasBit(present, place)) into[place] = NaN;
        else into[place] = signed(uint());
      }
    },
    float: () => buffer.readDoubleLE(take(8)),
    text() {
      const length = uint();
      const from = take(length);
      return buffer.toString('utf8', from, from + length);
    },
    bytes(count) {
      const from = take(count);
      return buffer.subarray(from, from + count);
    },
    get left() {
      return buffer.length - at;
    },
  };
}

/** 0, -1, 1, -2, … for 0, 1, 2, 3, … */
function signed(value: number): number {
  // The remainder of a float takes far longer.
  if (value < 2 ** 31) return (value >>> 1) ^ -(value & 1);
  const half = Math.floor(value / 2);
  return half * 2 === value ? half : -half - 1;
}

/** The bit of a row, the lowest of a byte first. */
export function hasBit(bits: Uint8Array, row: number): boolean {
  return ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

function truncated(): RktError {
  return new RktError('RKT_ERR_RECORDING', 'A block of a recording ends too early');
}
