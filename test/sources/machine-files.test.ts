import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { deviceNumber, parseDiskStats } from '../../src/sources/block-devices.ts';
import {
  parseNamedNumbers,
  readBootTimeMs,
  readMemoryDetail,
  readTopology,
} from '../../src/sources/machine-files.ts';

describe('the files of the machine', () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'rkt-streams-machine-'));
  });
  after(() => rmSync(root, { recursive: true }));
  const put = (name: string, text: string): void => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  };

  it('report memory in the terms of a cgroup', () => {
    put(
      'meminfo',
      'MemTotal:       1000 kB\nMemFree:         300 kB\nBuffers:          10 kB\nCached:          200 kB\nSwapCached:        5 kB\n' +
        'Inactive(file):   50 kB\nodd line\nAnonPages:        90 kB\nMapped:           20 kB\nHugePages_Total:       0\n',
    );
    put('vmstat', 'nr_free_pages 1\npgfault 4711\npgmajfault 12\noom_kill 3\n');
    expect(readMemoryDetail(root)).to.deep.equal({
      usageBytes: 700 * 1024,
      workingSetBytes: 650 * 1024,
      rssBytes: 90 * 1024,
      cacheBytes: 215 * 1024,
      mappedFileBytes: 20 * 1024,
      pageFaults: 4_711,
      majorPageFaults: 12,
      oomKills: 3,
    });
  });

  it('leave out what a kernel does not have', () => {
    put('old/meminfo', 'MemFree:  300 kB\nMapped: many kB\n');
    expect(readMemoryDetail(join(root, 'old'))).to.deep.equal({});
    expect(readBootTimeMs('/nowhere')).to.equal(undefined);
    expect(readTopology(2, '/nowhere')).to.deep.equal({});
  });

  it('report when the machine was started', () => {
    put('stat', 'cpu  1 2 3 4\nbtime 1700000000\nprocesses 5\n');
    expect(readBootTimeMs(root)).to.equal(1_700_000_000_000);
  });

  it('count cores and sockets by their topology', () => {
    const core = (nth: number, socket: string, id: string): void => {
      put(`devices/system/cpu/cpu${nth}/topology/physical_package_id`, `${socket}\n`);
      put(`devices/system/cpu/cpu${nth}/topology/core_id`, `${id}\n`);
    };
    core(0, '0', '0');
    core(1, '0', '0');
    core(2, '1', '0');
    core(3, '1', '0');
    expect(readTopology(4, root)).to.deep.equal({ physicalCores: 2, sockets: 2 });
    core(3, '-1', '0');
    expect(readTopology(4, root)).to.deep.equal({});
  });

  it('have numbers in any unit of their own, and odd lines', () => {
    const text = 'A: 1 kB\r\n\tB:\t2\nC 3\nD: x\nE: 4 MB\nF\n';
    expect([...parseNamedNumbers(text)]).to.deep.equal([
      ['A', 1],
      ['B', 2],
      ['C', 3],
    ]);
  });
});

describe('parseDiskStats', () => {
  it('reads devices, whatever later kernels add at the end, and skips odd lines', () => {
    const text = [
      ' 253       0 vda 1 2 10 4 5 6 7 8 9 10 11',
      ' 253       1 vda1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17',
      '   8       1 sda1 1 2 3 4',
      '   8       2 sda2 1 2 3 x 5 6 7 8 9 10 11',
      '',
    ].join('\n');
    const devices = parseDiskStats(text);
    expect([...devices.keys()]).to.deep.equal(['253:0', '253:1']);
    expect(devices.get('253:0')).to.deep.equal({
      ...{ readOps: 1, readsMerged: 2, readBytes: 5_120, readNs: 4e6 },
      ...{ writeOps: 5, writesMerged: 6, writeBytes: 3_584, writeNs: 8e6 },
      ...{ inProgress: 9, busyNs: 10e6, weightedNs: 11e6 },
    });
  });

  it('finds a device by the number that stat gives', () => {
    expect(deviceNumber(0xfd00n)).to.equal('253:0');
    expect(deviceNumber(((0x12345n << 12n) & ~0xfffffn) | (259n << 8n) | 0x45n)).to.equal('259:74565');
  });
});
