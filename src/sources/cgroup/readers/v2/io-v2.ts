import { GROUP } from '../../../../model/field-groups.ts';
import { parseDigits, type Parse } from '../bytes.ts';
import type { CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

const NEWLINE = 10;
const [TAB, RETURN, SPACE] = [9, 13, 32];
const EQUALS = 61;
const [R, W, B] = [114, 119, 98];

/** The index of a key of io.stat: rbytes, wbytes, rios, wios; -1 for any other. */
function placeOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const [first, second] = [bytes[start], bytes[start + 1]];
  if (length === 6 && second === B)
    return first === R ? COLUMN.io.readBytes : first === W ? COLUMN.io.writeBytes : -1;
  if (length === 4 && second !== B)
    return first === R ? COLUMN.io.readOps : first === W ? COLUMN.io.writeOps : -1;
  return -1;
}

/**
 * Sums up the `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0` lines of all devices; invalid numbers are
 * skipped.
 */
export const parseIoStat: Parse = (bytes, length, page, base) => {
  for (let place: number = COLUMN.io.readBytes; place <= COLUMN.io.writeOps; place += 1)
    page[base + place] = 0;
  let start = 0;
  let equals = -1;
  let good = 0;
  let odd = 0;
  for (let at = 0; at <= length; at += 1) {
    const byte = at === length ? NEWLINE : bytes[at];
    if (byte === EQUALS) equals = at;
    if (byte !== SPACE && byte !== NEWLINE && byte !== TAB && byte !== RETURN) continue;
    const place = equals < start ? -1 : placeOf(bytes, start, equals);
    if (place >= 0) {
      const value = parseDigits(bytes, equals + 1, at);
      if (value >= 0) {
        page[base + place] = (page[base + place] as number) + value;
        good += 1;
      } else odd += 1;
    }
    start = at + 1;
  }
  return odd === 0 || good > 0;
};

/** Block I/O of the cgroup and its descendants. */
export const IO_FILES: readonly CgroupFile[] = [
  {
    version: 'v2',
    controller: 'io',
    name: 'io.stat',
    groups: GROUP.io,
    places: [COLUMN.io.readBytes, COLUMN.io.writeBytes, COLUMN.io.readOps, COLUMN.io.writeOps],
    gate: 'none',
    parse: parseIoStat,
  },
];
