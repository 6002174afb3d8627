import { expect } from 'chai';

import type { TaskEvent } from '../../src/model/task-event.ts';
import { TASK_EVENT_KINDS } from '../../src/model/task-event.ts';
import type { TaskResourceUsage } from '../../src/model/task-stats.ts';
import { toFingerprint } from '../../src/nomad/to-fingerprint.ts';
import { toTaskStats } from '../../src/nomad/to-stats.ts';
import { toInspectResponse, toWaitResponse } from '../../src/nomad/to-status.ts';
import { isForHost, toDriverTaskEvent } from '../../src/nomad/to-task-event.ts';
import { aTaskStatus } from '../support/task-statuses.ts';
import { received } from '../support/wire-messages.ts';

const exit = { oomKilled: false, completedAtMs: 2_000, source: 'exit-file' } as const;

describe('toWaitResponse', () => {
  it('always has a result', () => {
    expect(received('WaitTaskResponse', toWaitResponse({ ...exit, exitCode: 0 }))).to.deep.equal({
      result: { exit_code: 0, signal: 0, oom_killed: false },
      err: '',
    });
    expect(toWaitResponse({ ...exit, exitCode: 137, signal: 9, oomKilled: true }).result).to.deep.equal({
      exit_code: 137,
      signal: 9,
      oom_killed: true,
    });
  });

  it('makes an exit that no one saw a failure', () => {
    expect(toWaitResponse({ ...exit, error: 'the shim was killed' })).to.deep.equal({
      result: { exit_code: -1, signal: 0, oom_killed: false },
      err: 'the shim was killed',
    });
  });
});

describe('toInspectResponse', () => {
  const status = aTaskStatus('a/b/c', {
    name: 'b',
    allocId: 'a',
    phase: 'preparing',
    state: 'unknown',
    image: 'i',
  });
  const never = { seconds: -62_135_596_800, nanos: 0 };

  it('has both times and a result even before there are any', () => {
    expect(received('InspectTaskResponse', toInspectResponse(status))).to.deep.equal({
      task: {
        id: 'a/b/c',
        name: 'b',
        state: 'UNKNOWN',
        started_at: never,
        completed_at: never,
        result: { exit_code: 0, signal: 0, oom_killed: false },
      },
      driver: { attributes: {} },
      network_override: null,
    });
  });

  it('has what is known of a task that has ended', () => {
    const seen = toInspectResponse({
      ...status,
      state: 'exited',
      startedAtMs: 1_000,
      completedAtMs: 2_500,
      exitResult: { ...exit, exitCode: 3 },
      network: { ip: '172.16.28.2', portMap: { http: 80 }, autoAdvertise: false },
      driverAttributes: { pid: '42' },
    });
    expect(seen.task).to.deep.include({
      state: 'EXITED',
      started_at: { seconds: 1, nanos: 0 },
      completed_at: { seconds: 2, nanos: 500_000_000 },
      result: { exit_code: 3, signal: 0, oom_killed: false },
    });
    expect(seen.driver).to.deep.equal({ attributes: { pid: '42' } });
    expect(seen.network_override).to.deep.equal({
      addr: '172.16.28.2',
      port_map: { http: 80 },
      auto_advertise: false,
    });
  });
});

describe('toTaskStats', () => {
  const usage: TaskResourceUsage = {
    timestampMs: 1_234,
    source: 'cgroup-v1',
    cpu: {
      percent: 150.5,
      userPercent: 100,
      systemPercent: 50.5,
      totalTicksMhz: 4_515,
      throttledPeriods: 3,
      throttledNs: 7_000,
    },
    memory: { rssBytes: 4_096, usageBytes: 8_192, swapBytes: 0 },
  };

  it('has the time, percent of a core, MHz, ns and bytes', () => {
    expect(received('TaskStats', toTaskStats('id', usage))).to.deep.equal({
      id: 'id',
      timestamp: { seconds: 1, nanos: 234_000_000 },
      agg_resource_usage: {
        cpu: {
          percent: 150.5,
          user_mode: 100,
          system_mode: 50.5,
          total_ticks: 4_515,
          throttled_periods: 3,
          throttled_time: 7_000,
          measured_fields: ['SYSTEM_MODE', 'USER_MODE', 'THROTTLED_PERIODS', 'THROTTLED_TIME', 'PERCENT'],
        },
        memory: {
          rss: 4_096,
          cache: 0,
          max_usage: 0,
          kernel_usage: 0,
          kernel_max_usage: 0,
          usage: 8_192,
          swap: 0,
          measured_fields: ['RSS', 'SWAP', 'USAGE'],
        },
      },
      resource_usage_by_pid: {},
    });
  });

  it('has its sums even when nothing was measured, and marks nothing then', () => {
    const bare = toTaskStats('id', { ...usage, cpu: {}, memory: {} });
    expect(bare.agg_resource_usage?.cpu).to.deep.include({ percent: 0, measured_fields: [] });
    expect(bare.agg_resource_usage?.memory).to.deep.include({ rss: 0, measured_fields: [] });
  });

  it('has each process that was measured', () => {
    const pids = { 42: { cpu: { percent: 5 }, memory: { rssBytes: 1 } } };
    const { resource_usage_by_pid: byPid } = toTaskStats('id', { ...usage, pids });
    expect(Object.keys(byPid ?? {})).to.deep.equal(['42']);
    expect(byPid?.['42']?.cpu?.measured_fields).to.deep.equal(['PERCENT']);
  });
});

describe('toFingerprint', () => {
  it('has health and attributes by their types', () => {
    const attributes = { 'driver.rkt': true, 'driver.rkt.version': '1.30.0' };
    expect(toFingerprint({ health: 'healthy', description: 'Healthy', attributes })).to.deep.equal({
      health: 'HEALTHY',
      health_description: 'Healthy',
      attributes: { 'driver.rkt': { bool_val: true }, 'driver.rkt.version': { string_val: '1.30.0' } },
    });
  });

  it('takes back what is no longer so', () => {
    const reported = ['driver.rkt', 'driver.rkt.version'];
    const attributes = { 'driver.rkt': true };
    expect(
      toFingerprint({ health: 'unhealthy', description: 'x', attributes }, reported).attributes,
    ).to.deep.equal({
      'driver.rkt': { bool_val: true },
      'driver.rkt.version': { string_val: '' },
    });
  });
});

describe('task events for the host', () => {
  const event: TaskEvent = {
    id: 'start.started',
    kind: 'started',
    taskId: 'a/b/c',
    taskName: 'b',
    timeMs: 1_500,
    message: 'Started as pid 42',
    annotations: { pid: '42', pod: 'p' },
  };

  it('are found by allocation and name, and have their time', () => {
    expect(toDriverTaskEvent({ ...event, allocId: 'a' })).to.deep.equal({
      task_id: 'a/b/c',
      alloc_id: 'a',
      task_name: 'b',
      timestamp: { seconds: 1, nanos: 500_000_000 },
      message: 'Started as pid 42',
      annotations: { pid: '42', pod: 'p', kind: 'started' },
    });
    expect(toDriverTaskEvent(event).alloc_id).to.equal('');
  });

  it('are not those that the host has already', () => {
    expect(TASK_EVENT_KINDS.filter((kind) => !isForHost({ kind }))).to.deep.equal([
      'signaled',
      'stopping',
      'destroyed',
      'failed',
    ]);
  });
});
