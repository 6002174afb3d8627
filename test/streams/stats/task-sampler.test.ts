import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'chai';
import { asyncScheduler } from 'rxjs';

import { silentLogger } from '../../../src/model/logger.ts';
import type { TaskResourceUsage } from '../../../src/model/task-stats.ts';
import { newTaskRecord, type TaskRecord } from '../../../src/registry/task-record.ts';
import { createTaskRegistry } from '../../../src/registry/task-registry.ts';
import { readProcess } from '../../../src/sources/process-info.ts';
import { createProcesses } from '../../../src/sources/processes.ts';
import { createTaskSampler } from '../../../src/streams/stats/task-sampler.ts';
import { taskStats } from '../../../src/streams/task-stats.ts';
import { cgroupFixture } from '../../support/cgroup-fixture.ts';
import { expectRktRejection } from '../../support/errors.ts';
import { realCgroups, startIn } from '../../support/real-cgroups.ts';
import { recorder } from '../../support/stats-deps.ts';
import { aNewTask } from '../../support/task-specs.ts';
import { until } from '../../support/until.ts';

describe('createTaskSampler', () => {
  const fixture = cgroupFixture('v2');
  const cgroups = fixture.detect();
  after(() => {
    fixture.remove();
  });
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
  const sleeper = async (more: Partial<TaskRecord>): Promise<TaskRecord> => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    children.push(child);
    const info = await readProcess(child.pid ?? 0);
    const { pid, startTicks } = info ?? { pid: 1, startTicks: -1 };
    return newTaskRecord(aNewTask('one', { process: { pid, startTicks }, ...more }));
  };

  it('reads the cgroup of the task, and no process unless asked', async () => {
    const processes = { sample: () => Promise.reject(new Error('asked')) };
    const sampler = createTaskSampler({ cgroups, processes });
    const record = newTaskRecord(aNewTask('one', { cgroupPaths: [`${fixture.root}/rkt-streams/web`] }));
    const raw = await sampler.sample(record);
    expect(raw.source).to.equal('cgroup-v2');
    expect(raw.cpu.totalNs).to.equal(1_234_567_000);
    expect(raw).to.not.have.any.keys('processes', 'degradedBy');
  });

  it('reads every process of the cgroup when asked', async () => {
    const asked: (readonly number[])[] = [];
    const processes = {
      sample: (pids: readonly number[]) => {
        asked.push(pids);
        return Promise.resolve(new Map([[4242, { cpuNs: 1, rssBytes: 2 }]]));
      },
    };
    const record = newTaskRecord(aNewTask('one', { cgroupPaths: [`${fixture.root}/rkt-streams/web`] }));
    const raw = await createTaskSampler({ cgroups, processes }).sample(record, { perProcess: true });
    expect(asked).to.deep.equal([[4242, 4243]]);
    expect([...(raw.processes ?? [])]).to.deep.equal([[4242, { cpuNs: 1, rssBytes: 2 }]]);
  });

  it('measures the process tree of a task without a cgroup', async () => {
    const record = await sleeper({});
    const raw = await createTaskSampler({ cgroups, processes: createProcesses() }).sample(record);
    expect(raw.source).to.equal('pidusage');
    expect(raw.memory.rssBytes).to.be.above(0);
    expect(raw).to.not.have.property('degradedBy');
  });

  it('measures the process tree when the cgroup is gone, and says why', async () => {
    const record = await sleeper({ cgroupPaths: [`${fixture.root}/rkt-streams/gone`] });
    const raw = await createTaskSampler({ cgroups, processes: createProcesses() }).sample(record);
    expect(raw.source).to.equal('pidusage');
    expect(String(raw.degradedBy)).to.contain('rkt-streams/gone');
  });

  it('does not measure a later process with the same pid', async () => {
    const record = await sleeper({});
    const { pid, startTicks } = record.process ?? { pid: 0, startTicks: 0 };
    const stale = { ...record, process: { pid, startTicks: startTicks - 1 } };
    const sampler = createTaskSampler({ cgroups, processes: createProcesses() });
    const error = await expectRktRejection(sampler.sample(stale), 'RKT_ERR_STATS');
    expect(error.details.taskId).to.equal('one');
  });
});

describe('taskStats on this machine', () => {
  it('follows a busy task with its processes until it exits', async function () {
    const cgroups = await realCgroups(this);
    const registry = createTaskRegistry({ scheduler: asyncScheduler, logger: silentLogger });
    const deps = {
      registry,
      cgroups,
      processes: createProcesses(),
      scheduler: asyncScheduler,
      logger: silentLogger,
      onDegraded: (_: string, error: unknown) => expect.fail(String(error)),
    };
    const cgroup = await cgroups.create('busy', {});
    const { seen, ends, observer } = recorder<TaskResourceUsage>();
    try {
      const child = await startIn(cgroup, 'while :; do :; done');
      registry.add(aNewTask('busy', { cgroupPaths: cgroup.paths }));
      registry.transition('busy', 'starting');
      registry.transition('busy', 'running');
      taskStats(deps, 'busy', { intervalMs: 100, perProcess: true }).subscribe(observer);
      const last = (): TaskResourceUsage | undefined => seen.at(-1);
      await until('the task and its process are seen to be busy', () => {
        const pid = last()?.pids?.[String(child.pid)];
        return (last()?.cpu.percent ?? 0) > 5 && (pid?.cpu.percent ?? 0) > 5;
      });
      await cgroup.kill();
      registry.transition('busy', 'exited');
      await until('the stream has ended', () => ends.length > 0);
    } finally {
      await cgroup.kill();
      await cgroup.remove();
    }
    expect(ends).to.deep.equal(['complete']);
    expect(seen[0]?.cpu.percent).to.equal(0);
    expect(seen.at(-1)?.cpu.totalNs).to.be.above(0);
  });
});
