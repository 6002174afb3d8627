import { expect } from 'chai';

import { TASK_PHASES } from '../../src/model/task-status.ts';
import { newTaskRecord } from '../../src/registry/task-record.ts';
import { taskStatus } from '../../src/registry/to-task-status.ts';
import { aNewTask, aTaskSpec, anExitResult } from '../support/task-specs.ts';

describe('taskStatus', () => {
  it('says all that is known of a task that ended', () => {
    const spec = aTaskSpec('one', {
      name: 'web',
      allocId: 'alloc',
      jobName: 'shop',
      taskGroupName: 'front',
      resources: { memoryLimitBytes: 8_192, cpusetCpus: '0-1' },
      stdoutPath: '/logs/out',
      stderrPath: '/logs/err',
    });
    const network = { portMap: { http: 80 }, ip: '172.16.28.2', autoAdvertise: false };
    const exitResult = anExitResult({ completedAtMs: 99 });
    const record = newTaskRecord({
      id: 'one',
      spec,
      startToken: 'token',
      phase: 'exited',
      podId: 'pod',
      process: { pid: 17, startTicks: 4 },
      shim: { pid: 16, startTicks: 3 },
      startedAtMs: 11,
      exitResult,
      network,
      cgroupPaths: ['/sys/fs/cgroup/x'],
    });
    expect(taskStatus(record)).to.deep.equal({
      id: 'one',
      name: 'web',
      allocId: 'alloc',
      jobName: 'shop',
      taskGroupName: 'front',
      phase: 'exited',
      state: 'exited',
      image: 'example.com/app:1.0',
      podId: 'pod',
      pid: 17,
      startedAtMs: 11,
      completedAtMs: 99,
      exitResult,
      network,
      cgroupPaths: ['/sys/fs/cgroup/x'],
      memoryLimitBytes: 8_192,
      cpusetCpus: '0-1',
      stdoutPath: '/logs/out',
      stderrPath: '/logs/err',
      driverAttributes: { pid: '17', pod: 'pod', ip: '172.16.28.2' },
    });
  });

  it('leaves out what is not known', () => {
    const status = taskStatus(newTaskRecord(aNewTask()));
    expect(status.driverAttributes).to.deep.equal({});
    expect(status.pid).to.equal(undefined);
    expect(status.completedAtMs).to.equal(undefined);
    expect(status).to.be.frozen;
  });

  const words = TASK_PHASES.map((phase) => taskStatus(newTaskRecord(aNewTask('one', { phase }))).state);

  it("puts the phases into Nomad's three words", () => {
    expect(words).to.deep.equal(['unknown', 'unknown', 'running', 'running', 'exited', 'unknown']);
  });
});
