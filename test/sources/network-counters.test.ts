import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import { expect } from 'chai';
import fc from 'fast-check';

import { COLUMN, ROW_LENGTH, type Row } from '../../src/sources/cgroup/readers/cgroup-row.ts';
import { hasOwnNetwork, parseNetDev, readNetwork } from '../../src/sources/network-counters.ts';
import { hostProgram } from '../support/host-program.ts';
import { requires, skipFor } from '../support/requirements.ts';
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

  it('takes tabs, names with a colon, lines without an end, and more columns than there are', () => {
    const text = 'eth0:1: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0 99\r\n\t eth1 :\t1\t2 3 4 0 0 0 0 5 6 7 8';
    expect(parsed(text)).to.deep.equal([2, 4, 6, 8, 10, 12, 14, 16]);
  });

  it('skips one odd line, and adds up the others', () => {
    const text = 'eth0: 1 2 3\neth1: 1 2 3 4 0 0 0 0 5 6 7 -8\neth2: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n';
    expect(parsed(text)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('reports 0 of a namespace without interfaces', () => {
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

  it('is no one’s own where it is that of the machine', () => {
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

  it('is read to its end from a namespace with many interfaces', async function () {
    requires(this, 'root');
    if (hostProgram('ip') === undefined) skipFor(this, 'root', 'no ip on the PATH');
    const script =
      'for i in $(seq 60); do ip link add v$i type veth peer name w$i && ip link set v$i up && ip link set w$i up; done; echo; exec sleep 1000';
    child = spawn('unshare', ['--net', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const { pid = 0, stdout } = child;
    if (stdout) await once(stdout, 'data');
    expect(readFileSync(`/proc/${pid}/net/dev`).length).to.be.above(8_000);
    expect(readNetwork(pid, row)).to.equal(true);
    const sent = (text: string): number =>
      text
        .split('\n')
        .filter((line) => /^ *[vw]\d/.test(line))
        .reduce((sum, line) => sum + Number(line.split(':')[1]?.trim().split(/ +/)[8]), 0);
    await until('the interfaces are at rest', () => {
      const before = sent(readFileSync(`/proc/${pid}/net/dev`, 'utf8'));
      readNetwork(pid, row);
      return before > 0 && before === row.page[COLUMN.network.sentBytes];
    });
  });

  it('is not reported of a process that has ended', () => {
    expect(readNetwork(4_999_999, row)).to.equal(false);
  });
});
