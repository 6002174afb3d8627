import { stripVTControlCharacters } from 'node:util';

import { expect } from 'chai';

import { eventText } from '../../src/cli/events-command.ts';
import { fingerprintText } from '../../src/cli/fingerprint-command.ts';
import { ago, bytes, clock, duration, percent } from '../../src/cli/humanize.ts';
import { inspectText } from '../../src/cli/inspect-command.ts';
import { createPaint } from '../../src/cli/cli-output.ts';
import { tasksText } from '../../src/cli/task-list.ts';
import { statsLines, statsText, type StatsRow } from '../../src/cli/stats-text.ts';
import type { TaskStatus } from '../../src/model/task-status.ts';
import { anExitResult } from '../support/task-specs.ts';

const plain = createPaint(false);
const coloured = createPaint(true);
const NOW_MS = new Date(2025, 0, 31, 14, 5, 9, 7).getTime();

const RUNNING: TaskStatus = {
  id: 'web-1',
  name: 'web',
  allocId: undefined,
  jobName: undefined,
  taskGroupName: undefined,
  phase: 'running',
  state: 'running',
  image: 'example.com/web:1.2',
  podId: '4f2c0b1e-0000-4000-8000-000000000000',
  pid: 4711,
  startedAtMs: NOW_MS - 3_723_000,
  completedAtMs: undefined,
  exitResult: undefined,
  network: undefined,
  cgroupPaths: ['/sys/fs/cgroup/cpu/p/web', '/sys/fs/cgroup/memory/p/web'],
  memoryLimitBytes: 67_108_864,
  cpusetCpus: '0-1,3',
  stdoutPath: '/log/out',
  stderrPath: '/log/err',
  driverAttributes: {},
};
const EXITED: TaskStatus = {
  ...RUNNING,
  id: 'job',
  name: 'job',
  phase: 'exited',
  state: 'exited',
  pid: 5,
  exitResult: anExitResult({ exitCode: 137, signal: 9, oomKilled: true }),
  completedAtMs: NOW_MS - 500,
  memoryLimitBytes: undefined,
  cgroupPaths: [],
};

const SAMPLE: StatsRow = {
  taskId: 'web-1',
  name: 'web',
  limitBytes: 67_108_864,
  usage: {
    timestampMs: NOW_MS,
    source: 'cgroup-v1',
    memory: { rssBytes: 61_440, cacheBytes: 90_112, workingSetBytes: 12_345_678, oomKills: 0 },
    cpu: { percent: 98.46 },
    network: { receivedBytes: 1_024, sentBytes: 1_572_864 },
    io: { readBytes: 4_096, writeBytes: 0 },
    pidCount: { current: 3 },
  },
};
const UNMEASURED: StatsRow = {
  taskId: 'x',
  name: 'x',
  limitBytes: undefined,
  usage: { timestampMs: NOW_MS, source: 'pidusage', memory: { rssBytes: 1_024 }, cpu: {} },
};

describe('metrics for people', () => {
  const rows: readonly (readonly [string, string])[] = [
    [bytes(67_108_864), '64 MiB'],
    [bytes(0), '0 B'],
    [bytes(undefined), '-'],
    [percent(99.96), '100.0%'],
    [percent(undefined), '-'],
    [duration(469), '469ms'],
    [duration(7_412), '7.4s'],
    [duration(65_900), '1m 5s'],
    [duration(3_723_000), '1h 2m'],
    [duration(90_000_000), '1d 1h'],
    [ago(undefined, NOW_MS), '-'],
    [ago(NOW_MS - 2_000, NOW_MS), '2s ago'],
    [ago(NOW_MS + 2_000, NOW_MS), '0ms ago'],
    [clock(NOW_MS), '14:05:09.007'],
  ];
  rows.forEach(([text, expected]) => {
    it(`say ${expected}`, () => {
      expect(text).to.equal(expected);
    });
  });
});

describe('tasksText', () => {
  it('aligns its columns, metrics at the right', () => {
    expect(tasksText([RUNNING, EXITED], plain, NOW_MS).split('\n')).to.deep.equal([
      'ID     NAME  IMAGE                PHASE     PID  STARTED    EXIT',
      'web-1  web   example.com/web:1.2  running  4711  1h 2m ago  -',
      'job    job   example.com/web:1.2  exited      5  1h 2m ago  SIGKILL (out of memory)',
    ]);
  });

  it('has only titles when there is no task', () => {
    expect(tasksText([], plain, NOW_MS)).to.equal('ID  NAME  IMAGE  PHASE  PID  STARTED  EXIT');
  });

  it('is as wide with colours as without', () => {
    const text = tasksText([RUNNING, EXITED], coloured, NOW_MS);
    expect(text).to.include('\x1b[');
    expect(stripVTControlCharacters(text)).to.equal(tasksText([RUNNING, EXITED], plain, NOW_MS));
  });
});

describe('inspectText', () => {
  it('reports one fact a line, and leaves out what is not known', () => {
    expect(inspectText(RUNNING, plain, NOW_MS).split('\n')).to.deep.equal([
      'id            web-1',
      'name          web',
      'image         example.com/web:1.2',
      'phase         running',
      'pod           4f2c0b1e-0000-4000-8000-000000000000',
      'pid           4711',
      'started       1h 2m ago',
      'memory limit  64 MiB',
      'cores         0-1,3',
      'stdout        /log/out',
      'stderr        /log/err',
      'cgroups       /sys/fs/cgroup/cpu/p/web',
      '              /sys/fs/cgroup/memory/p/web',
    ]);
  });

  it('reports how a task ended', () => {
    const lines = inspectText(EXITED, plain, NOW_MS).split('\n');
    expect(lines).to.include('ended    500ms ago').and.to.include('exit     SIGKILL (out of memory)');
    expect(lines).to.include('cgroups  -');
  });
});

describe('statsText and statsLines', () => {
  it('make a table', () => {
    expect(statsText([SAMPLE, UNMEASURED], plain).split('\n')).to.deep.equal([
      'ID     CPU %  MEM USAGE / LIMIT  MEM %          NET I/O    BLOCK I/O  PIDS',
      'web-1  98.5%  11.8 MiB / 64 MiB  18.4%  1 KiB / 1.5 MiB  4 KiB / 0 B     3',
      'x          -          1 KiB / -      -                -            -     -',
    ]);
  });

  it('make lines that stay aligned from tick to tick', () => {
    const first = statsLines([SAMPLE], true).split('\n');
    const second = statsLines([UNMEASURED], false).split('\n');
    expect([...first, ...second]).to.deep.equal([
      'TIME            CPU %    MEM USAGE / LIMIT   MEM %              NET I/O            BLOCK I/O  PIDS  ID',
      '14:05:09.007    98.5%    11.8 MiB / 64 MiB   18.4%      1 KiB / 1.5 MiB          4 KiB / 0 B     3  web-1',
      '14:05:09.007        -            1 KiB / -       -                    -                    -     -  x',
    ]);
  });

  it('say nothing about no task', () => {
    expect(statsLines([], false)).to.equal('');
  });
});

describe('eventText and fingerprintText', () => {
  const event = {
    id: 'start.exited',
    kind: 'exited',
    taskId: 'web-1',
    taskName: 'web',
    timeMs: NOW_MS,
    message: 'Exited with code 3',
    annotations: { oom_killed: 'false', completed_at_ms: '1', source: 'exit-file' },
  } as const;

  it('report an event in one line', () => {
    expect(eventText(event, plain)).to.equal('14:05:09.007  exited          web-1  Exited with code 3');
  });

  it('report what makes the machine healthy', () => {
    const attributes = { 'driver.rkt': true, 'driver.rkt.version': '1.30.0' };
    const value = { health: 'healthy', description: 'Healthy', attributes, timeMs: NOW_MS } as const;
    expect(fingerprintText(value, plain, true).split('\n')).to.deep.equal([
      'time                14:05:09.007',
      'health              healthy',
      'driver.rkt          true',
      'driver.rkt.version  1.30.0',
    ]);
  });

  it('report what is wrong with it', () => {
    const value = { health: 'undetected', description: 'no rkt', attributes: {}, timeMs: NOW_MS } as const;
    expect(fingerprintText(value, plain, false).split('\n')).to.deep.equal([
      'health       undetected',
      'description  no rkt',
    ]);
  });
});
