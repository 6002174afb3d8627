import { closeSync, constants, openSync, readSync, readlinkSync } from 'node:fs';

import type { ProcessId } from '../model/process-id.ts';
import { parseDigits } from './cgroup/bytes.ts';
import type { Parse } from './cgroup/cgroup-file.ts';
import { COLUMN, type Row } from './cgroup/row.ts';

const [NEWLINE, SPACE, COLON] = [10, 32, 58];
const LOOPBACK = [108, 111];
/** The columns of /proc/net/dev: eight numbers received, eight sent, of which the first four of each count here. */
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
 * Puts the network counters of a process's namespace into a row; false when they cannot be read.
 *
 * The file is opened each time: a descriptor that stays open would keep the namespace of a dead pod alive.
 */
export function readNetwork(pid: number, row: Row, procRoot = '/proc'): boolean {
  buffer ??= new Uint8Array(MAX_BYTES);
  try {
    const fd = openSync(`${procRoot}/${pid}/net/dev`, constants.O_RDONLY);
    try {
      return parseNetDev(buffer, readSync(fd, buffer, 0, buffer.length, 0), row.page, row.base);
    } finally {
      closeSync(fd);
    }
  } catch {
    // The process has ended in between.
    return false;
  }
}

/** True for a process that has a network namespace other than that of this process. */
export function hasOwnNetwork({ pid }: ProcessId, procRoot = '/proc'): boolean {
  try {
    return readlinkSync(`${procRoot}/${pid}/ns/net`) !== readlinkSync(`${procRoot}/self/ns/net`);
  } catch {
    return false;
  }
}

/** Adds up all interfaces of a /proc/net/dev but the loopback one. */
export const parseNetDev: Parse = (bytes, length, page, base) => {
  for (const place of PLACES) if (place !== undefined) page[base + place] = 0;
  for (let at = 0; at < length; at += 1) {
    let start = at;
    while (at < length && bytes[at] !== NEWLINE) at += 1;
    while (start < at && bytes[start] === SPACE) start += 1;
    const colon = bytes.indexOf(COLON, start);
    // The two lines of titles have no colon.
    if (colon < 0 || colon >= at || isLoopback(bytes, start, colon)) continue;
    if (!addColumns(bytes, colon + 1, at, page, base)) return false;
  }
  return true;
};

function isLoopback(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 2 && bytes[start] === LOOPBACK[0] && bytes[start + 1] === LOOPBACK[1];
}

function addColumns(bytes: Uint8Array, from: number, end: number, page: Float64Array, base: number): boolean {
  let at = from;
  for (const place of PLACES) {
    while (at < end && bytes[at] === SPACE) at += 1;
    const start = at;
    while (at < end && bytes[at] !== SPACE) at += 1;
    if (place === undefined) continue;
    const value = parseDigits(bytes, start, at);
    if (!(value >= 0)) return false;
    page[base + place] = (page[base + place] as number) + value;
  }
  return true;
}
