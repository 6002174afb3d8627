import { GROUP } from '../../../model/field-groups.ts';
import { parseDigits } from '../bytes.ts';
import type { CgroupFile, Parse } from '../cgroup-file.ts';
import { COLUMN } from '../row.ts';

const NEWLINE = 10;
const SPACE = 32;
const READ = 82;
const WRITE = 87;

/**
 * Adds up the `8:0 Read 4096` lines of all devices.
 *
 * The words tell themselves apart by their first letters: only Read and Write begin with R and W.
 */
export function perDevice(readPlace: number, writePlace: number): Parse {
  return (bytes, length, page, base) => {
    let read = 0;
    let written = 0;
    for (let at = 0; at < length; at += 1) {
      const start = at;
      while (at < length && bytes[at] !== NEWLINE) at += 1;
      const word = after(bytes, start, at);
      const first = bytes[word];
      if (word === at || (first !== READ && first !== WRITE)) continue;
      const value = parseDigits(bytes, after(bytes, word, at), at);
      if (!(value >= 0)) return false;
      if (first === READ) read += value;
      else written += value;
    }
    page[base + readPlace] = read;
    page[base + writePlace] = written;
    return true;
  };
}

/** The place after the next space; `end` when there is none. */
function after(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if (bytes[at] === SPACE) return at + 1;
  return end;
}

const shared = { version: 'v1', controller: 'blkio', groups: GROUP.io, gate: 'none' } as const;

/** What went to and from block devices, of the cgroup and all below it. Old kernels count writes from the cache nowhere. */
export const BLKIO_FILES: readonly CgroupFile[] = [
  {
    ...shared,
    name: 'blkio.throttle.io_service_bytes_recursive',
    places: [COLUMN.io.readBytes, COLUMN.io.writeBytes],
    parse: perDevice(COLUMN.io.readBytes, COLUMN.io.writeBytes),
  },
  {
    ...shared,
    name: 'blkio.throttle.io_serviced_recursive',
    places: [COLUMN.io.readOps, COLUMN.io.writeOps],
    parse: perDevice(COLUMN.io.readOps, COLUMN.io.writeOps),
  },
];
