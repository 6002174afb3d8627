import { closeSync, constants, openSync, readSync, readlinkSync } from 'node:fs';

import type { HostNetwork } from '../model/host-stats.ts';
import type { ProcessId } from '../model/process-id.ts';
import { parseDigits, type Parse } from './cgroup/readers/bytes.ts';
import { networkCounters } from './cgroup/readers/row-stats.ts';
import { COLUMN, ROW_LENGTH, type Row } from './cgroup/readers/cgroup-row.ts';

const [NEWLINE, RETURN, TAB, SPACE, COLON] = [10, 13, 9, 32, 58];
const LOOPBACK = [108, 111];
/** The columns of /proc/net/dev: eight numbers received, eight sent; the first four of each are used. */
const PLACES: readonly (number | undefined)[] = [
  COLUMN.network.receivedBytes,
  COLUMN.network.receivedPackets,
  COLUMN.network.receiveErrors,
  COLUMN.network.receiveDrops,
  ...Array<undefined>(4),
  COLUMN.network.sentBytes,
  COLUMN.network.sentPackets,
  COLUMN.network.sendErrors,
  COLUMN.network.sendDrops,
];
const MAX_BYTES = 64 * 1024;

let buffer: Uint8Array | undefined;

/**
 * Writes the network counters of a process's namespace into a row; false when they cannot be read.
 *
 * The file is opened each time: an open descriptor would keep the namespace of a dead pod alive.
 */
export function readNetwork(pid: number | 'self', row: Row, procRoot = '/proc'): boolean {
  buffer ??= new Uint8Array(MAX_BYTES);
  try {
    const fd = openSync(`${procRoot}/${pid}/net/dev`, constants.O_RDONLY);
    try {
      return parseNetDev(buffer, readWhole(fd, buffer), row.page, row.base);
    } finally {
      closeSync(fd);
    }
  } catch {
    // The process has exited meanwhile.
    return false;
  }
}

/** The counters of the namespace that this process is in, which is the machine's unless it runs in a container. */
export function readMachineNetwork(procRoot = '/proc'): HostNetwork | undefined {
  const row: Row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };
  return readNetwork('self', row, procRoot) ? networkCounters(row) : undefined;
}

/** The kernel returns such a file in pieces of about a page: a namespace with forty interfaces takes two. */
function readWhole(fd: number, bytes: Uint8Array): number {
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(fd, bytes, length, bytes.length - length, length);
    if (read === 0) break;
    length += read;
  }
  return length;
}

/** True for a process in another network namespace than this process. */
export function hasOwnNetwork({ pid }: ProcessId, procRoot = '/proc'): boolean {
  try {
    return readlinkSync(`${procRoot}/${pid}/ns/net`) !== readlinkSync(`${procRoot}/self/ns/net`);
  } catch {
    return false;
  }
}

/** Sums up all interfaces of a /proc/net/dev except loopback. A line that lacks a number is skipped. */
export const parseNetDev: Parse = (bytes, length, page, base) => {
  for (const place of PLACES) if (place !== undefined) page[base + place] = 0;
  let good = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 1) {
    let start = at;
    while (at < length && bytes[at] !== NEWLINE) at += 1;
    while (start < at && isSpace(bytes[start])) start += 1;
    // An alias such as eth0:1 contains a colon. The two header lines have none.
    const colon = bytes.subarray(start, at).lastIndexOf(COLON);
    if (colon < 0) continue;
    const name = endOf(bytes, start, start + colon);
    if (isLoopback(bytes, start, name)) good += 1;
    else if (readColumns(bytes, start + colon + 1, at)) {
      addColumns(page, base);
      good += 1;
    } else odd += 1;
  }
  return odd === 0 || good > 0;
};

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN;
}

/** The end of a name without trailing spaces. */
function endOf(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1])) at -= 1;
  return at;
}

function isLoopback(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 2 && bytes[start] === LOOPBACK[0] && bytes[start + 1] === LOOPBACK[1];
}

const values = new Float64Array(PLACES.length);

/** Reads the numbers of a line; false when it lacks one. */
function readColumns(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  for (let column = 0; column < PLACES.length; column += 1) {
    while (at < end && isSpace(bytes[at])) at += 1;
    const start = at;
    while (at < end && !isSpace(bytes[at])) at += 1;
    if (PLACES[column] === undefined) continue;
    const value = parseDigits(bytes, start, at);
    if (!(value >= 0)) return false;
    values[column] = value;
  }
  return true;
}

/** Adds the line that was read last. */
function addColumns(page: Float64Array, base: number): void {
  PLACES.forEach((place, column) => {
    if (place !== undefined) page[base + place] = (page[base + place] as number) + (values[column] as number);
  });
}
