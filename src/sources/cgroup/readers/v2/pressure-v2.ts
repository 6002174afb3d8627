import { GROUP } from '../../../../model/field-groups.ts';
import type { Parse } from '../bytes.ts';
import type { CgroupFile } from '../cgroup-file.ts';
import { PRESSURE_COLUMN } from '../cgroup-row.ts';

const NS_PER_US = 1_000;
const [NEWLINE, SPACE, DOT, EQUALS, ZERO, NINE, S, F] = [10, 32, 46, 61, 48, 57, 115, 102];
const [A, T, ONE, THREE, SIX] = [97, 116, 49, 51, 54];
const NUMBERS_A_LINE = 4;
const ALL_NUMBERS = 0b1111;

/**
 * Lines such as `some avg10=0.12 avg60=0.00 avg300=0.00 total=4711`, with total in µs; `full` is missing for the CPU
 * on old kernels. Other lines, and other keys, are skipped.
 */
export function pressureAt(place: number): Parse {
  return (bytes, length, page, base) => {
    let good = 0;
    let odd = 0;
    for (let at = 0; at < length; at += 1) {
      const start = at;
      while (at < length && bytes[at] !== NEWLINE) at += 1;
      if (at === start) continue;
      const first = bytes[start];
      const target = base + place + (first === F ? NUMBERS_A_LINE : 0);
      if ((first === S || first === F) && readNumbers(bytes, start, at)) {
        page.set(numbers, target);
        good += 1;
      } else {
        if (first === S || first === F) page.fill(NaN, target, target + NUMBERS_A_LINE);
        odd += 1;
      }
    }
    return odd === 0 || good > 0;
  };
}

const numbers = new Float64Array(NUMBERS_A_LINE);

/** Reads the four numbers of a line, by their keys; false when one is missing. */
function readNumbers(bytes: Uint8Array, from: number, end: number): boolean {
  let found = 0;
  let start = from;
  for (let at = from; at < end; at += 1) {
    if (bytes[at] === SPACE) start = at + 1;
    if (bytes[at] !== EQUALS) continue;
    const number = placeOf(bytes, start, at);
    const stop = endOfNumber(bytes, at + 1, end);
    if (number < 0 || stop === at + 1) continue;
    numbers[number] = decimal(bytes, at + 1, stop) * (number === NUMBERS_A_LINE - 1 ? NS_PER_US : 1);
    found |= 1 << number;
  }
  return found === ALL_NUMBERS;
}

/** Which number has this key: avg10, avg60, avg300 and total; -1 for any other. */
function placeOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const digit = bytes[start + 3];
  if (length === 5 && bytes[start] === T) return 3;
  if (bytes[start] !== A) return -1;
  if (length === 6) return digit === THREE ? 2 : -1;
  return length !== 5 ? -1 : digit === ONE ? 0 : digit === SIX ? 1 : -1;
}

function endOfNumber(bytes: Uint8Array, start: number, length: number): number {
  let at = start;
  while (at < length && isOfNumber(bytes[at] as number)) at += 1;
  return at;
}

function isOfNumber(byte: number): boolean {
  return byte === DOT || (byte >= ZERO && byte <= NINE);
}

function decimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let scale = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === DOT) scale = 1;
    else {
      value = value * 10 + (byte - ZERO);
      scale *= 10;
    }
  }
  return scale > 1 ? value / scale : value;
}

const file = (name: string, place: number): CgroupFile => ({
  version: 'v2',
  name,
  groups: GROUP.pressure,
  places: Array.from({ length: 2 * NUMBERS_A_LINE }, (_, number) => place + number),
  gate: 'none',
  parse: pressureAt(place),
});

/** Pressure stall information (Linux 4.20), if it is enabled in the kernel. */
export const PRESSURE_FILES: readonly CgroupFile[] = [
  file('cpu.pressure', PRESSURE_COLUMN.cpu.some.avg10),
  file('memory.pressure', PRESSURE_COLUMN.memory.some.avg10),
  file('io.pressure', PRESSURE_COLUMN.io.some.avg10),
];
