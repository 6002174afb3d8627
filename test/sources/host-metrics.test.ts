import { expect } from 'chai';
import si from 'systeminformation';

import { parseCpuInfoMhz, readCpuFacts } from '../../src/sources/cpu-facts.ts';
import { createHost } from '../../src/sources/host-metrics.ts';

const times = (user: number, idle: number) => [{ times: { user, nice: 0, sys: 0, irq: 0, idle } }];

describe('createHost', () => {
  it('measures this machine, the CPU percent from the second time on', async () => {
    const host = createHost();
    const first = await host.sample();
    expect(first.cpu).to.not.have.property('percent');
    expect(first.cpu.cores).to.be.at.least(1);
    expect(first.memory.totalBytes).to.be.above(first.memory.usedBytes ?? Infinity);
    expect(first.uptimeMs).to.be.above(0);
  });

  it('counts the CPU percent of all cores since the sample before', async () => {
    const readings = [times(100, 900), times(125, 975), times(125, 975), times(120, 1_000)];
    const host = createHost({ readCpus: () => readings.shift() ?? [] });
    const percents = [];
    for (let index = 0; index < 4; index += 1) percents.push((await host.sample()).cpu.percent);
    expect(percents).to.deep.equal([undefined, 25, undefined, undefined]);
  });

  it('leaves out what fails or hangs, and asks a hanging source once', async () => {
    let asked = 0;
    const host = createHost({
      timeoutMs: 1,
      ...{ procRoot: '/nowhere', sysRoot: '/nowhere' },
      systemInformation: {
        mem: () => {
          asked += 1;
          return new Promise(() => undefined);
        },
        fsSize: () => Promise.reject(new Error('no df')),
      },
    });
    for (let index = 0; index < 3; index += 1) {
      const { memory, disks } = await host.sample();
      expect(memory).to.deep.equal({});
      expect(disks).to.deep.equal([]);
    }
    expect(asked).to.equal(1);
  });

  it('reads the disks at most once a minute, and leaves out empty ones', async () => {
    let now = 0;
    let asked = 0;
    const disk = { fs: 'x', type: 'ext4', available: 0, use: 0, rw: true };
    const host = createHost({
      nowMs: () => now,
      systemInformation: {
        mem: () => si.mem(),
        fsSize: () => {
          asked += 1;
          return Promise.resolve([
            { ...disk, mount: '/', size: 100, used: 40 },
            { ...disk, mount: '/empty', size: 0, used: 0 },
          ]);
        },
      },
    });
    const [root, ...others] = (await host.sample()).disks;
    expect(root).to.deep.include({ mount: '/', device: 'x', totalBytes: 100, usedBytes: 40 });
    expect(others).to.deep.equal([]);
    now = 59_999;
    await host.sample();
    expect(asked).to.equal(1);
    now = 60_000;
    await host.sample();
    expect(asked).to.equal(2);
  });
});

describe('readCpuFacts', () => {
  it('leaves out the clock where the machine does not report it', () => {
    expect(readCpuFacts({ procRoot: '/nowhere', sysRoot: '/nowhere' })).to.have.all.keys('cores');
  });

  it('reads the clock of the first core', () => {
    expect(parseCpuInfoMhz('model name\t: x\ncpu MHz\t\t: 2600.000\ncpu MHz\t\t: 800.1\n')).to.equal(2_600);
    expect(parseCpuInfoMhz('BogoMIPS\t: 50.00\n')).to.equal(undefined);
    expect(parseCpuInfoMhz('cpu MHz\t\t: 0.000\n')).to.equal(undefined);
    expect(parseCpuInfoMhz('cpu MHz\t\t: 0.000\n\ncpu MHz\t\t: unknown\ncpu MHz : 900\r\n')).to.equal(900);
    expect(parseCpuInfoMhz('cpu\t\t: POWER9\nclock\t\t: 3000.000000MHz\n')).to.equal(3_000);
    expect(parseCpuInfoMhz('CPU MHz\t\t\t: 600.00\n')).to.equal(600);
    expect(parseCpuInfoMhz('cpu number      : 0\ncpu MHz dynamic : 2704\ncpu MHz static  : 5504\n')).to.equal(
      5_504,
    );
    expect(parseCpuInfoMhz('timebase\t: 512000000\nclock\t\t: fastMHz\n')).to.equal(undefined);
  });
});
