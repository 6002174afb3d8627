import { parseWhole, parseLimit } from '../../src/sources/cgroup/readers/bytes.ts';
import type { Parse } from '../../src/sources/cgroup/readers/bytes.ts';
import type { CgroupFile } from '../../src/sources/cgroup/readers/cgroup-file.ts';
import { parseCgroupMounts } from '../../src/sources/cgroup/hierarchies.ts';
import { COLUMN, ROW_LENGTH } from '../../src/sources/cgroup/readers/cgroup-row.ts';
import { BLKIO_FILES } from '../../src/sources/cgroup/readers/v1/blkio-v1.ts';
import { CPU_V1_FILES } from '../../src/sources/cgroup/readers/v1/cpu-v1.ts';
import { CPUACCT_FILES } from '../../src/sources/cgroup/readers/v1/cpuacct-v1.ts';
import { MEMORY_V1_FILES } from '../../src/sources/cgroup/readers/v1/memory-v1.ts';
import { CPU_V2_FILES } from '../../src/sources/cgroup/readers/v2/cpu-v2.ts';
import { IO_FILES } from '../../src/sources/cgroup/readers/v2/io-v2.ts';
import { MEMORY_V2_FILES } from '../../src/sources/cgroup/readers/v2/memory-v2.ts';
import { PRESSURE_FILES } from '../../src/sources/cgroup/readers/v2/pressure-v2.ts';
import { parseCpuInfoMhz } from '../../src/sources/cpu-facts.ts';
import { parseNetDev } from '../../src/sources/network-counters.ts';
import { parseLocks } from '../../src/rkt/disk/pod-directories.ts';
import { parseProcessStat } from '../../src/sources/process-info.ts';
import { parseMountinfo } from '../../src/embedded/pods/mountinfo.ts';
import { cgroupFiles } from './corpus.ts';
import { isRkt, never, textTarget, type FuzzTarget } from './target.ts';

const MOUNTS =
  '36 35 98:0 /a /mnt\\040x rw,noatime shared:1 - ext3 /dev/root rw\n40 25 0:33 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n';
const STAT =
  '1234 (a b) c) S 1 1234 1234 0 -1 4194304 1 0 0 0 2 3 0 0 20 0 1 0 5678 1000 10 18446744073709551615\n';
const NET_DEV =
  'Inter-|   Receive  |  Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes packets\n' +
  '    lo: 14693 259 0 0 0 0 0 0 14693 259 0 0 0 0 0 0\n  eth0: 204492195 6315 1 2 0 0 0 9 580717 4102 3 4 0 0 0 0\n';
const IO_TEXTS = [
  '8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n254:1 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n',
  '8:0 Read 4096\n8:0 Write 8192\n8:0 Sync 1\n8:0 Async 2\n8:0 Total 12288\nTotal 12288\n',
  'some avg10=0.12 avg60=1.00 avg300=99.99 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=18446744073709551615\n',
  'usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 1\nnr_throttled 0\nthrottled_usec 0\n',
];

const CGROUP_FILES: readonly CgroupFile[] = [
  ...[BLKIO_FILES, CPU_V1_FILES, CPUACCT_FILES, MEMORY_V1_FILES],
  ...[CPU_V2_FILES, IO_FILES, MEMORY_V2_FILES, PRESSURE_FILES],
].flat();
const NETWORK_PLACES = Object.values(COLUMN.network);
/** What parsers of an earlier file have put there, or another task. */
const OTHERS = 4_711;

/** Fills its own places with numbers that can be, or NaN, and touches no other; the rest of a buffer is none of its input. */
function parseIntoRow(name: string, parse: Parse, places: readonly number[], input: Buffer): void {
  const base = ROW_LENGTH;
  const page = new Float64Array(3 * ROW_LENGTH).fill(OTHERS);
  const bytes = Buffer.concat([input, Buffer.from('7\nrss 7\n')]);
  const isGood = parse(bytes, input.length, page, base);
  const own = new Set(places.map((place) => base + place));
  page.forEach((value, at) => {
    if (!own.has(at) && value !== OTHERS)
      throw new Error(`${name} wrote ${value} into the place ${at - base}`);
    if (own.has(at) && isGood && value < 0) throw new Error(`${name} measured ${value}`);
  });
}

/** Files of the kernel. */
export const kernelTargets: readonly FuzzTarget[] = [
  {
    name: 'a number of a cgroup',
    corpus: () => [...cgroupFiles(/(usage|current|limit|max)[^/]*$/), Buffer.from('max\n')],
    parse: (input) => [parseWhole(input, input.length), parseLimit(input, input.length)],
    isDocumented: isRkt,
  },
  {
    name: 'every file of a cgroup',
    corpus: () => [
      ...cgroupFiles(/(stat|events|oom_control|current|max|usage_in_bytes)$/),
      ...IO_TEXTS.map((text) => Buffer.from(text)),
    ],
    parse(input) {
      for (const { name, parse, places } of CGROUP_FILES) {
        // What was learned of one text must not spoil the next one.
        parseIntoRow(name, parse, places, input);
        parseIntoRow(name, parse, places, input);
      }
    },
    isDocumented: never,
  },
  {
    name: '/proc/net/dev',
    corpus: () => [Buffer.from(NET_DEV)],
    parse: (input) => parseIntoRow('net/dev', parseNetDev, NETWORK_PLACES, input),
    isDocumented: never,
  },
  textTarget('/proc/PID/stat', [STAT], parseProcessStat, never),
  textTarget(
    '/proc/PID/mountinfo',
    [MOUNTS],
    (text) => [parseCgroupMounts(text), parseMountinfo(text)],
    never,
  ),
  textTarget('/proc/locks', ['1: FLOCK  ADVISORY  WRITE 42 08:01:1234 0 EOF\n'], parseLocks, never),
  textTarget('/proc/cpuinfo', ['processor : 0\ncpu MHz\t\t: 2400.000\n'], parseCpuInfoMhz, never),
];
