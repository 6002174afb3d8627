import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { isAlive, parseProcessStat, processTree, readProcess } from '../../src/sources/process-info.ts';
import { until } from '../support/until.ts';

const statLine = (pid: number, comm: string, state: string, ppid: number, startTicks: number): string =>
  `${pid} (${comm}) ${state} ${ppid} ${'0 '.repeat(17)}${startTicks} 0 0\n`;

describe('parseProcessStat', () => {
  it('reads any name, with spaces, parentheses and line breaks in it', () => {
    fc.assert(
      fc.property(fc.string(), (comm) => {
        const info = parseProcessStat(statLine(42, comm, 'S', 7, 123_456));
        expect(info).to.deep.equal({ pid: 42, startTicks: 123_456, ppid: 7, state: 'S', comm });
      }),
    );
  });

  it('takes garbage for no process', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseProcessStat(text) === undefined));
    expect(parseProcessStat('42 (sh) S 7 0 0')).to.equal(undefined);
    expect(parseProcessStat(') S 7 (')).to.equal(undefined);
  });
});

describe('readProcess', () => {
  it('reads this process', async () => {
    expect(await readProcess(process.pid)).to.include({ pid: process.pid, ppid: process.ppid });
  });

  it('knows no process for a pid that no one has', async () => {
    expect(await readProcess(4_999_999)).to.equal(undefined);
  });
});

describe('isAlive', () => {
  it('is true for a running process and false for another one with its pid', async () => {
    const info = await readProcess(process.pid);
    expect(info).to.not.equal(undefined);
    if (info === undefined) return;
    expect(await isAlive(info)).to.equal(true);
    expect(await isAlive({ pid: info.pid, startTicks: info.startTicks - 1 })).to.equal(false);
  });

  it('is false for a zombie', async () => {
    // The shell becomes a sleep that never reaps the child, which ends after that.
    const child = spawn('sh', ['-c', 'exec 3<&0; read line <&3 & echo $!; exec sleep 1000'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      await until(
        'the shell is a sleep',
        () => readFileSync(`/proc/${child.pid}/comm`, 'utf8') === 'sleep\n',
      );
      child.stdin.end();
      await until('it is a zombie', async () => (await readProcess(pid))?.state === 'Z');
      const zombie = await readProcess(pid);
      expect(await isAlive({ pid, startTicks: zombie?.startTicks ?? 0 })).to.equal(false);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
});

describe('processTree', () => {
  it('holds children and their children, parents first', async () => {
    const child = spawn('sh', ['-c', 'sh -c "sleep 1000; :" & wait'], { detached: true, stdio: 'ignore' });
    const pid = child.pid ?? 0;
    try {
      await until('the grandchild is there', async () => (await processTree(pid)).length === 3);
      const [first, second, third] = await processTree(pid);
      expect(first).to.equal(pid);
      expect((await readProcess(second ?? 0))?.ppid).to.equal(first);
      expect((await readProcess(third ?? 0))?.ppid).to.equal(second);
    } finally {
      process.kill(-pid, 'SIGKILL');
      await once(child, 'close');
    }
  });

  it('is empty for a process that is gone', async () => {
    expect(await processTree(4_999_999)).to.deep.equal([]);
  });

  it('looks through all processes where the kernel keeps no lists of children', async () => {
    const procRoot = mkdtempSync(join(tmpdir(), 'rkt-streams-proc-'));
    const tree: readonly (readonly [number, number])[] = [
      [10, 1],
      [11, 10],
      [12, 11],
      [13, 1],
    ];
    for (const [pid, ppid] of tree) {
      mkdirSync(join(procRoot, String(pid)));
      writeFileSync(join(procRoot, String(pid), 'stat'), statLine(pid, 'app', 'S', ppid, 1));
    }
    mkdirSync(join(procRoot, '99'));
    try {
      expect(await processTree(10, procRoot)).to.deep.equal([10, 11, 12]);
    } finally {
      rmSync(procRoot, { recursive: true });
    }
  });
});
