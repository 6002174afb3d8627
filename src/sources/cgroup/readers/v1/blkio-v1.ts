import { GROUP } from '../../../../model/field-groups.ts';
import { parseDigits, type Parse } from '../bytes.ts';
import type { CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const READ = 82;
const WRITE = 87;

/** A pair of counters, and the column with the index of their source. */
interface Counters {
  readonly read: number;
  readonly write: number;
  readonly source: number;
}

const BYTES: Counters = {
  read: COLUMN.io.readBytes,
  write: COLUMN.io.writeBytes,
  source: COLUMN.hidden.ioBytesSource,
};
const OPS: Counters = {
  read: COLUMN.io.readOps,
  write: COLUMN.io.writeOps,
  source: COLUMN.hidden.ioOpsSource,
};

/**
 * Sums up the `8:0 Read 4096` lines of all devices; a line without a number is skipped.
 *
 * Only Read and Write begin with R and W. Of several files of one cgroup, the first that has counted anything is used
 * from then on: the values of the files differ, and a counter must not change its source.
 *
 * @param rank of the file among those with the same counters
 */
export function perDevice({ read, write, source }: Counters, rank: number): Parse {
  return (bytes, length, page, base) => {
    const used = page[base + source] as number;
    if (!Number.isNaN(used) && used !== rank) return true;
    let readSum = 0;
    let written = 0;
    let good = 0;
    let bad = 0;
    for (let at = 0; at < length; at += 1) {
      const start = at;
      while (at < length && bytes[at] !== NEWLINE) at += 1;
      const word = after(bytes, start, at);
      const first = bytes[word];
      if (word === at || (first !== READ && first !== WRITE)) continue;
      const value = parseDigits(bytes, after(bytes, word, at), endOf(bytes, word, at));
      if (!(value >= 0)) {
        bad += 1;
        continue;
      }
      good += 1;
      if (first === READ) readSum += value;
      else written += value;
    }
    if (bad > 0 && good === 0) return false;
    if (readSum + written > 0) page[base + source] = rank;
    page[base + read] = readSum;
    page[base + write] = written;
    return true;
  };
}

/** The offset after the next spaces; `end` when there are none. */
function after(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && !isSpace(bytes[at])) at += 1;
  while (at < end && isSpace(bytes[at])) at += 1;
  return at;
}

/** The end of the line without trailing spaces. */
function endOf(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1])) at -= 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === RETURN;
}

/**
 * The sources of block I/O, the preferred one first: a proportional I/O scheduler, BFQ or CFQ, if the cgroup has used
 * one of its devices; else throttling, which sees every device.
 */
const SOURCES: readonly Pick<CgroupFile, 'name' | 'role'>[] = [
  { name: 'blkio.bfq.io_%_recursive', role: 'optional' },
  { name: 'blkio.io_%_recursive', role: 'optional' },
  { name: 'blkio.throttle.io_%_recursive' },
  // Before Linux 4.16 there is only this one, without descendants.
  { name: 'blkio.throttle.io_%', role: 'fallback' },
];

const filesOf = (what: string, counters: Counters): readonly CgroupFile[] =>
  SOURCES.map(({ name, ...role }, rank) => ({
    ...role,
    version: 'v1',
    controller: 'blkio',
    groups: GROUP.io,
    gate: 'none',
    name: name.replace('%', what),
    places: [counters.read, counters.write],
    parse: perDevice(counters, rank),
  }));

/** Block I/O of the cgroup and its descendants. Old kernels do not count buffered writes. */
export const BLKIO_FILES: readonly CgroupFile[] = [
  ...filesOf('service_bytes', BYTES),
  ...filesOf('serviced', OPS),
];
