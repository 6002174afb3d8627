import { expect } from 'chai';
import fc from 'fast-check';

import {
  keyTable,
  parseDigits,
  parseWhole,
  flatKeyedParser,
  parseLimit,
} from '../../../src/sources/cgroup/readers/bytes.ts';
import type { CgroupFile } from '../../../src/sources/cgroup/readers/cgroup-file.ts';
import { COLUMN, PRESSURE_COLUMN, ROW_LENGTH } from '../../../src/sources/cgroup/readers/cgroup-row.ts';
import { pidsFiles } from '../../../src/sources/cgroup/readers/pids.ts';
import { BLKIO_FILES } from '../../../src/sources/cgroup/readers/v1/blkio-v1.ts';
import { CPU_V1_FILES } from '../../../src/sources/cgroup/readers/v1/cpu-v1.ts';
import { CPUACCT_FILES } from '../../../src/sources/cgroup/readers/v1/cpuacct-v1.ts';
import { MEMORY_V1_FILES } from '../../../src/sources/cgroup/readers/v1/memory-v1.ts';
import { CPU_V2_FILES } from '../../../src/sources/cgroup/readers/v2/cpu-v2.ts';
import { IO_FILES } from '../../../src/sources/cgroup/readers/v2/io-v2.ts';
import { MEMORY_V2_FILES } from '../../../src/sources/cgroup/readers/v2/memory-v2.ts';
import { PRESSURE_FILES } from '../../../src/sources/cgroup/readers/v2/pressure-v2.ts';

const FILES: readonly CgroupFile[] = [
  ...CPUACCT_FILES,
  ...CPU_V1_FILES,
  ...MEMORY_V1_FILES,
  ...BLKIO_FILES,
  ...CPU_V2_FILES,
  ...MEMORY_V2_FILES,
  ...IO_FILES,
  ...PRESSURE_FILES,
  ...pidsFiles('v2'),
];

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a file puts into a row when it holds this text, by place; undefined when it is taken for nonsense. */
function parsed(version: 'v1' | 'v2', name: string, text: string): ReadonlyMap<number, number> | undefined {
  const file = FILES.find((each) => each.version === version && each.name === name);
  const page = new Float64Array(ROW_LENGTH + 3).fill(NaN);
  // Longer than what was read, as the shared buffer is: what lies behind must not matter.
  const bytes = bytesOf(`${text}7 7\n9`);
  if (!file?.parse(bytes, bytes.length - 5, page, 3)) return undefined;
  expect([...page.slice(0, 3)]).to.deep.equal([NaN, NaN, NaN]);
  const { ioBytesSource, ioOpsSource } = COLUMN.hidden;
  return new Map(
    [...page.slice(3)].flatMap((value, place) =>
      value >= 0 && place !== ioBytesSource && place !== ioOpsSource ? [[place, value] as const] : [],
    ),
  );
}

describe('the parsers of cgroup files', () => {
  for (const { version, name } of FILES) {
    it(`take garbage in ${version} ${name} for nothing or for metrics, and never throw`, () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          for (const value of parsed(version, name, text)?.values() ?? []) expect(value).to.be.at.least(0);
        }),
      );
    });
  }

  it('read back every metric that the kernel can print', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = bytesOf(`${value}\n`);
        expect(parseWhole(bytes, bytes.length)).to.equal(value);
      }),
    );
  });

  it('read back every number of the wanted keys, in any order, and no other', () => {
    const key = fc.stringMatching(/^[a-z_.]+$/);
    const lines = fc.uniqueArray(fc.tuple(key, fc.maxSafeNat(), fc.boolean()), {
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(lines, (all) => {
        const wanted = all.filter(([, , isWanted]) => isWanted);
        const table = keyTable(
          Object.fromEntries(wanted.map(([name], place) => [name, [place, 1] as const])),
        );
        const bytes = bytesOf(all.map(([name, value]) => `${name} ${value}\n`).join(''));
        const page = new Float64Array(wanted.length + 1).fill(NaN);
        expect(flatKeyedParser(table)(bytes, bytes.length, page, 0)).to.equal(true);
        expect([...page]).to.deep.equal([...wanted.map(([, value]) => value), NaN]);
      }),
    );
  });

  it('distinguish keys with the same hash', () => {
    // "Aa" and "BB" are the classic pair for a hash of factor 31.
    const bytes = bytesOf('BB 1\nAa 2\n');
    const page = new Float64Array(1).fill(NaN);
    flatKeyedParser(keyTable({ Aa: [0, 1] }))(bytes, bytes.length, page, 0);
    expect(page[0]).to.equal(2);
  });

  it('take a wanted key without a number for nonsense', () => {
    for (const text of ['user\n', 'user \n', 'user -3\n', 'user 1 2\n', 'user 1.5\n', 'user x\n']) {
      expect(parsed('v1', 'cpuacct.stat', text), text).to.equal(undefined);
    }
  });

  for (const text of ['', '-1', '1.5', '0x10', '1e9', 'max', '12 13', 'NaN']) {
    it(`take ${JSON.stringify(text)} for no metric`, () => {
      expect(parseWhole(bytesOf(text), text.length)).to.deep.equal(NaN);
    });
  }

  it('take max, and the number by which v1 says unlimited, for no limit', () => {
    const limit = (text: string): number | undefined => parseLimit(bytesOf(text), text.length);
    expect(limit('max\n')).to.equal(undefined);
    expect(limit('9223372036854771712\n')).to.equal(undefined);
    expect(limit('67108864\n')).to.equal(67_108_864);
    expect(limit('plenty\n')).to.deep.equal(NaN);
  });

  it('read no digits beyond the end they are given', () => {
    expect(parseDigits(bytesOf('12345'), 1, 3)).to.equal(23);
    expect(parseDigits(bytesOf('12345'), 3, 3)).to.deep.equal(NaN);
  });

  it('give v1 times in ns', () => {
    expect(parsed('v1', 'cpuacct.stat', 'user 95\nsystem 28\n')).to.deep.equal(
      new Map([
        [COLUMN.cpu.userNs, 950_000_000],
        [COLUMN.cpu.systemNs, 280_000_000],
      ]),
    );
  });

  it('give v2 times in ns, and no throttling where the cpu controller is off', () => {
    expect(parsed('v2', 'cpu.stat', 'usage_usec 5\nuser_usec 3\nsystem_usec 2\n')).to.deep.equal(
      new Map([
        [COLUMN.cpu.totalNs, 5_000],
        [COLUMN.cpu.userNs, 3_000],
        [COLUMN.cpu.systemNs, 2_000],
      ]),
    );
  });

  it('give quota and period in ns, and the memory that is kept', () => {
    const { quotaNs, periodNs } = COLUMN.cpu;
    const { reservationBytes } = COLUMN.memory;
    expect(parsed('v1', 'cpu.cfs_quota_us', '50000\n')).to.deep.equal(new Map([[quotaNs, 50_000_000]]));
    expect(parsed('v1', 'cpu.cfs_quota_us', '-1\n')).to.deep.equal(new Map());
    expect(parsed('v1', 'cpu.cfs_period_us', '100000\n')).to.deep.equal(new Map([[periodNs, 100_000_000]]));
    expect(parsed('v2', 'cpu.max', '50000 100000\n')).to.deep.equal(
      new Map([
        [quotaNs, 50_000_000],
        [periodNs, 100_000_000],
      ]),
    );
    expect(parsed('v2', 'cpu.max', 'max 100000\n')).to.deep.equal(new Map([[periodNs, 100_000_000]]));
    expect(parsed('v2', 'cpu.max', 'max')).to.equal(undefined);
    expect(parsed('v2', 'memory.low', '4096\n')).to.deep.equal(new Map([[reservationBytes, 4_096]]));
    expect(parsed('v2', 'memory.low', '0\n')).to.deep.equal(new Map());
    expect(parsed('v1', 'memory.soft_limit_in_bytes', '9223372036854771712\n')).to.deep.equal(new Map());
    expect(parsed('v1', 'memory.soft_limit_in_bytes', '8192\n')).to.deep.equal(
      new Map([[reservationBytes, 8_192]]),
    );
  });

  it('leave out what a file does not hold', () => {
    expect(parsed('v2', 'memory.stat', 'anon 1\n')).to.deep.equal(new Map([[COLUMN.memory.rssBytes, 1]]));
    expect(parsed('v1', 'memory.stat', 'rss 1\n')).to.deep.equal(new Map());
  });

  it('add up the devices of v1', () => {
    const text =
      '8:0 Read 4096\n8:0 Write 512\n8:0 Sync 9\n8:0 Total 4608\n253:0 Read 4\n253:0 Write 3\nTotal 4615\n';
    expect(parsed('v1', 'blkio.throttle.io_service_bytes_recursive', text)).to.deep.equal(
      new Map([
        [COLUMN.io.readBytes, 4_100],
        [COLUMN.io.writeBytes, 515],
      ]),
    );
    expect(parsed('v1', 'blkio.throttle.io_serviced_recursive', 'Total 0\n')).to.deep.equal(
      new Map([
        [COLUMN.io.readOps, 0],
        [COLUMN.io.writeOps, 0],
      ]),
    );
    expect(parsed('v1', 'blkio.throttle.io_serviced_recursive', '8:0 Read many\n')).to.equal(undefined);
  });

  it('add up the devices of v2', () => {
    const text =
      '8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n' +
      '8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252 dbytes=50331648 dios=3021\n254:0 \n';
    expect(parsed('v2', 'io.stat', text)).to.deep.equal(
      new Map([
        [COLUMN.io.readBytes, 91_889_664],
        [COLUMN.io.writeBytes, 613_781_504],
        [COLUMN.io.readOps, 9_142],
        [COLUMN.io.writeOps, 1_605],
      ]),
    );
    expect(parsed('v2', 'io.stat', '')?.size).to.equal(4);
    expect(parsed('v2', 'io.stat', '8:0 rbytes=x\n')).to.equal(undefined);
  });

  it('skip one odd line, and keep what the others say', () => {
    expect(parsed('v1', 'cpuacct.stat', 'user 95\nsystem -1\n')).to.deep.equal(
      new Map([[COLUMN.cpu.userNs, 950_000_000]]),
    );
    expect(parsed('v1', 'blkio.throttle.io_serviced', '8:0 Read many\n8:16\tRead\t7 \n')).to.deep.equal(
      new Map([
        [COLUMN.io.readOps, 7],
        [COLUMN.io.writeOps, 0],
      ]),
    );
    expect(
      parsed('v2', 'io.stat', '8:0 rbytes=(none) wbytes=3\n8:16 rbytes=4\n')?.get(COLUMN.io.readBytes),
    ).to.equal(4);
    const { avg10 } = PRESSURE_COLUMN.cpu.some;
    const text = 'none\nsome avg10=1.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=\n';
    expect(parsed('v2', 'cpu.pressure', text)).to.deep.equal(
      new Map([
        [avg10, 1],
        [avg10 + 1, 0],
        [avg10 + 2, 0],
        [avg10 + 3, 1_000],
      ]),
    );
  });

  it('do not keep the last number of a key that has become odd', () => {
    const page = new Float64Array(2).fill(NaN);
    const parse = flatKeyedParser(keyTable({ a: [0, 1], b: [1, 1] }));
    for (const text of ['a 1\nb 2\n', 'a 3\nb x\n', 'a 4\nb x\n']) {
      expect(parse(bytesOf(text), text.length, page, 0)).to.equal(true);
    }
    expect([...page]).to.deep.equal([4, NaN]);
  });

  it('read what other collectors read: any spaces, keys in any order, new keys, a device without numbers', () => {
    const place = PRESSURE_COLUMN.io.some.avg10;
    const some = [1, 2, 3, 4_000].map((value, nth) => [place + nth, value]);
    for (const text of [
      'some total=4 avg10=1.00 avg60=2.00 avg300=3.00\n',
      'some avg10=1.00 avg60=2.00 avg900=9.00 avg300=3.00 total=4 count=5\nother avg10=1\n',
    ])
      expect([...(parsed('v2', 'io.pressure', text)?.entries() ?? [])]).to.deep.equal(some);
    expect(parsed('v2', 'io.pressure', 'some avg10=1.00 avg60=2.00 total=4\n')).to.equal(undefined);
    const { readBytes, writeBytes, readOps, writeOps } = COLUMN.io;
    const io = new Map([
      ...([
        [readBytes, 1],
        [writeBytes, 2],
        [readOps, 3],
        [writeOps, 4],
      ] as const),
    ]);
    for (const text of [
      '8:16 8:0 rbytes=1 wbytes=2 rios=3 wios=4\n',
      '8:0 \n8:16\trbytes=1 wbytes=2\trios=3 wios=4 cost.usage=5\r\n',
    ])
      expect(parsed('v2', 'io.stat', text)).to.deep.equal(io);
    const bytes = parsed(
      'v1',
      'blkio.throttle.io_service_bytes',
      '8:0\tRead\t1\r\n8:0 Write 2\r\nTotal 3\r\n',
    );
    expect([bytes?.get(readBytes), bytes?.get(writeBytes)]).to.deep.equal([1, 2]);
  });

  it('read pressure in percent and ns', () => {
    const text =
      'some avg10=1.53 avg60=0.02 avg300=0.00 total=1234\nfull avg10=0.50 avg60=100.00 avg300=12.34 total=5\n';
    const place = PRESSURE_COLUMN.memory.some.avg10;
    expect([...(parsed('v2', 'memory.pressure', text)?.entries() ?? [])]).to.deep.equal([
      [place, 1.53],
      [place + 1, 0.02],
      [place + 2, 0],
      [place + 3, 1_234_000],
      [place + 4, 0.5],
      [place + 5, 100],
      [place + 6, 12.34],
      [place + 7, 5_000],
    ]);
  });

  it('read the pressure of an old kernel, which knows no full pressure of the CPU', () => {
    const text = 'some avg10=0.00 avg60=0.00 avg300=0.00 total=42\n';
    expect(parsed('v2', 'cpu.pressure', text)).to.deep.equal(
      new Map([
        [PRESSURE_COLUMN.cpu.some.avg10, 0],
        [PRESSURE_COLUMN.cpu.some.avg10 + 1, 0],
        [PRESSURE_COLUMN.cpu.some.avg10 + 2, 0],
        [PRESSURE_COLUMN.cpu.some.avg10 + 3, 42_000],
      ]),
    );
    expect(parsed('v2', 'cpu.pressure', 'some avg10=')).to.equal(undefined);
  });
});
