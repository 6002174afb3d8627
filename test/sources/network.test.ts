import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'chai';
import fc from 'fast-check';

import { COLUMN, ROW_LENGTH, type Row } from '../../src/sources/cgroup/row.ts';
import { hasOwnNetwork, parseNetDev, readNetwork } from '../../src/sources/network.ts';
import { requires } from '../support/requirements.ts';
import { until } from '../support/until.ts';

const TITLES =
  'Inter-|   Receive                                                |  Transmit\n' +
  ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';

describe('parseNetDev', () => {
  const parsed = (text: string): readonly number[] | undefined => {
    const page = new Float64Array(ROW_LENGTH).fill(NaN);
    const bytes = new TextEncoder().encode(text);
    return parseNetDev(bytes, bytes.length, page, 0)
      ? [...page.slice(COLUMN.network.receivedBytes, COLUMN.network.sendDrops + 1)]
      : undefined;
  };

  it('adds up all interfaces but the loopback one', () => {
    const text =
      `${TITLES}    lo:   14693     259    0    0    0     0          0         0    14693     259    0    0    0     0       0          0\n` +
      '  eth0: 204492195    6315    1    2    0     0          0         9   580717    4102    3    4    0     0       0          0\n' +
      'lossy1:5 6 7 8 0 0 0 0 9 10 11 12 0 0 0 0\n';
    expect(parsed(text)).to.deep.equal([204_492_200, 6_321, 8, 10, 580_726, 4_112, 14, 16]);
  });

  it('tells 0 of a namespace without interfaces', () => {
    expect(parsed(TITLES)).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('takes an interface without numbers for nonsense', () => {
    expect(parsed('eth0: 1 2 3\n')).to.equal(undefined);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const value of parsed(text) ?? []) expect(value).to.be.at.least(0);
      }),
    );
  });
});

describe('the network of a process', () => {
  const row: Row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };
  let child: ChildProcess | undefined;
  afterEach(async () => {
    if (child === undefined) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
    child = undefined;
  });

  it('is nobody’s own where it is that of the machine', () => {
    expect(hasOwnNetwork({ pid: process.ppid, startTicks: 0 })).to.equal(false);
    expect(hasOwnNetwork({ pid: 4_999_999, startTicks: 0 })).to.equal(false);
  });

  it('is read from a namespace of its own', async function () {
    requires(this, 'root');
    const started = spawn('unshare', ['--net', 'sleep', '1000'], { stdio: 'ignore' });
    child = started;
    const pid = started.pid ?? 0;
    await until('it has a namespace of its own', () => hasOwnNetwork({ pid, startTicks: 0 }));
    expect(readNetwork(pid, row)).to.equal(true);
    expect(row.page[COLUMN.network.receivedBytes]).to.equal(0);
  });

  it('is not told of a process that has ended', () => {
    expect(readNetwork(4_999_999, row)).to.equal(false);
  });
});
