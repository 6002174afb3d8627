import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'chai';
import { asyncScheduler } from 'rxjs';

import { silentLogger } from '../../../src/model/logger.ts';
import type { ProcessId } from '../../../src/model/process-id.ts';
import type { TaskResourceUsage } from '../../../src/model/task-stats.ts';
import { newTaskRecord, type TaskRecord } from '../../../src/registry/task-record.ts';
import { createTaskRegistry } from '../../../src/registry/task-registry.ts';
import type { CgroupReader } from '../../../src/sources/cgroup/readers/cgroup-reader.ts';
import type { Cgroups } from '../../../src/sources/cgroup/cgroups.ts';
import { GROUP } from '../../../src/model/field-groups.ts';
import { COLUMN } from '../../../src/sources/cgroup/readers/cgroup-row.ts';
import { readProcess } from '../../../src/sources/process-info.ts';
import { createProcesses, type Processes } from '../../../src/sources/processes.ts';
import type { Reading } from '../../../src/streams/stats/task-reading.ts';
import { createTaskSource, type TaskSource } from '../../../src/streams/stats/task-source.ts';
import { createStats } from '../../../src/streams/stats/create-stats.ts';
import { taskStats } from '../../../src/streams/task-stats-stream.ts';
import { cgroupFixture } from '../../support/cgroup-fixture.ts';
import { expectRktRejection } from '../../support/errors.ts';
import { realCgroups, startIn } from '../../support/real-cgroups.ts';
import { recorder } from '../../support/stats-deps.ts';
import { aNewTask } from '../../support/task-specs.ts';
import { until } from '../../support/until.ts';
import { COLUMNS, type ColumnName } from '../../support/columns.ts';
import { knownPid } from '../../support/known-pid.ts';

const CPU_AND_MEMORY = GROUP.cpu | GROUP.memory | GROUP.memoryDetail;

describe('createTaskSource', () => {
  const fixture = cgroupFixture('v2');
  let cgroups: Cgroups;
  before(async () => {
    cgroups = await fixture.detect();
  });
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
  const start = async (command: string, ...args: string[]): Promise<ProcessId> => {
    const child = spawn(command, args, { stdio: 'ignore' });
    children.push(child);
    const info = await readProcess(child.pid ?? 0);
    return { pid: info?.pid ?? 1, startTicks: info?.startTicks ?? -1 };
  };
  const sleeper = async (more: Partial<TaskRecord>): Promise<TaskRecord> =>
    newTaskRecord(aNewTask('one', { process: await start('sleep', '1000'), ...more }));
  const web = (): TaskRecord =>
    newTaskRecord(aNewTask('one', { cgroupPaths: [`${fixture.root}/rkt-streams/web`] }));
  const sourceWith = (processes: Processes): { source: TaskSource; reader: CgroupReader } => {
    const reader = cgroups.reader({ gate: true, maxStaleMs: 10_000, descriptorBudget: 100 });
    return { source: createTaskSource({ cgroups, processes, reader }), reader };
  };
  const noProcesses: Processes = { sample: () => Promise.reject(new Error('asked')) };
  const value = ({ row }: Reading, name: ColumnName): number | undefined =>
    row.page[row.base + COLUMNS[name]];

  it('reads the cgroup of the task at once, and no process unless asked', () => {
    const { source } = sourceWith(noProcesses);
    const look = source.open();
    const reading = source.read(look, web(), { groups: CPU_AND_MEMORY, nowMs: 0, keepMs: 0 });
    expect(reading).to.not.be.instanceOf(Promise);
    expect(reading).to.include({ source: 'cgroup-v2', processes: undefined, degradedBy: undefined });
    expect(value(reading as Reading, 'totalNs')).to.equal(1_234_567_000);
    source.close(look);
  });

  it('reads every process of the cgroup when asked', async () => {
    const asked: (readonly number[])[] = [];
    const processes = {
      sample: (pids: readonly number[]) => {
        asked.push(pids);
        return Promise.resolve(new Map([[4242, { cpuNs: 1, rssBytes: 2 }]]));
      },
    };
    const { source } = sourceWith(processes);
    const look = source.open();
    const reading = await source.read(look, web(), {
      groups: CPU_AND_MEMORY | GROUP.processes,
      nowMs: 0,
      keepMs: 0,
    });
    expect(asked).to.deep.equal([[4242, 4243]]);
    expect([...(reading.processes ?? [])]).to.deep.equal([[4242, { cpuNs: 1, rssBytes: 2 }]]);
    expect(reading.fresh).to.equal(CPU_AND_MEMORY | GROUP.processes);
    source.close(look);
  });

  it('opens nothing for a task that was closed while its processes were read', async () => {
    const { source, reader } = sourceWith({ sample: () => Promise.resolve(new Map()) });
    const look = source.open();
    const reading = source.read(look, web(), { groups: GROUP.cpu | GROUP.processes, nowMs: 0, keepMs: 0 });
    source.close(look);
    await expectRktRejection(Promise.resolve(reading), 'RKT_ERR_STATS');
    expect(reader.stats.descriptors.open).to.equal(0);
  });

  it('measures the process tree of a task without a cgroup', async () => {
    const { source } = sourceWith(createProcesses());
    const reading = await source.read(source.open(), await sleeper({}), {
      groups: CPU_AND_MEMORY,
      nowMs: 0,
      keepMs: 0,
    });
    expect(reading).to.include({ source: 'pidusage', degradedBy: undefined });
    expect(value(reading, 'rssBytes')).to.be.above(0);
  });

  it('measures the process tree when the cgroup is gone, and says why', async () => {
    const { source } = sourceWith(createProcesses());
    const record = await sleeper({ cgroupPaths: [`${fixture.root}/rkt-streams/gone`] });
    const reading = await source.read(source.open(), record, { groups: CPU_AND_MEMORY, nowMs: 0, keepMs: 0 });
    expect(reading.source).to.equal('pidusage');
    expect(String(reading.degradedBy)).to.contain('rkt-streams/gone');
  });

  it('counts processes by state, when they are asked for', async () => {
    const { source } = sourceWith(createProcesses());
    const record = await sleeper({});
    const order = { nowMs: 0, keepMs: 0 };
    const open = source.open();
    const states = async (groups: number): Promise<readonly (number | undefined)[]> => {
      const { row } = await source.read(open, record, { ...order, groups });
      const { running, sleeping, stopped, uninterruptible } = COLUMN.processStates;
      return [running, sleeping, stopped, uninterruptible].map((column) => row.page[row.base + column]);
    };
    expect(await states(CPU_AND_MEMORY)).to.deep.equal([NaN, NaN, NaN, NaN]);
    await until('it sleeps', async () => (await states(GROUP.processes))[1] === 1);
    expect(await states(GROUP.processes)).to.deep.equal([0, 1, 0, 0]);
    process.kill(knownPid(record.process?.pid), 'SIGSTOP');
    await until('it is stopped', async () => (await states(GROUP.processes))[2] === 1);
  });

  it('reports the disk usage of a pod only when asked, and as fresh only once', () => {
    const asked: string[] = [];
    const forgotten: string[] = [];
    const value = { usageBytes: 5, limitBytes: 9 };
    const usage = {
      latest: (directory: string) => (asked.push(directory) > 1 ? value : undefined),
      forget: (directory: string) => void forgotten.push(directory),
    };
    const reader = cgroups.reader({ gate: true, maxStaleMs: 10_000, descriptorBudget: 100 });
    const disk = { usage, directoryOf: (podId: string) => `/pods/${podId}` };
    const source = createTaskSource({ cgroups, processes: noProcesses, reader, disk });
    const open = source.open();
    const record = { ...web(), podId: 'pod' };
    const read = (groups: number): readonly [number | undefined, boolean] => {
      const { row, fresh } = source.read(open, record, { groups, nowMs: 0, keepMs: 0 }) as Reading;
      return [row.page[row.base + COLUMN.disk.usageBytes], (fresh & GROUP.disk) !== 0];
    };
    expect(read(CPU_AND_MEMORY)[1]).to.equal(false);
    expect(asked).to.deep.equal([]);
    const groups = CPU_AND_MEMORY | GROUP.disk;
    expect([read(groups), read(groups), read(groups)]).to.deep.equal([
      [NaN, false],
      [5, true],
      [5, false],
    ]);
    source.close(open);
    expect(forgotten).to.deep.equal(['/pods/pod']);
  });

  it('adds up a process tree so that its total does not fall when a process ends', async () => {
    const trees = [{ 1: 40, 2: 60 }, { 1: 50 }, { 1: 50, 2: 20 }];
    const answers = trees.map(
      (tree) => new Map(Object.entries(tree).map(([pid, cpuNs]) => [Number(pid), { cpuNs, rssBytes: 1 }])),
    );
    const { source } = sourceWith({ sample: () => Promise.resolve(answers.shift() ?? new Map()) });
    const look = source.open();
    const record = await sleeper({});
    const totals: (number | undefined)[] = [];
    for (const _ of trees) {
      totals.push(
        value(await source.read(look, record, { groups: CPU_AND_MEMORY, nowMs: 0, keepMs: 0 }), 'totalNs'),
      );
    }
    expect(totals).to.deep.equal([100, 110, 130]);
  });

  it('does not measure a later process with the same pid', async () => {
    const record = await sleeper({});
    const { pid, startTicks } = record.process ?? { pid: 0, startTicks: 0 };
    const stale = { ...record, process: { pid, startTicks: startTicks - 1 } };
    const { source } = sourceWith(createProcesses());
    const reading = Promise.resolve(
      source.read(source.open(), stale, { groups: CPU_AND_MEMORY, nowMs: 0, keepMs: 0 }),
    );
    const error = await expectRktRejection(reading, 'RKT_ERR_STATS');
    expect(error.details.taskId).to.equal('one');
  });

  it('goes over to another cgroup when the task gets one, and lets go of the first', () => {
    const { source, reader } = sourceWith(noProcesses);
    const look = source.open();
    void source.read(look, web(), { groups: GROUP.memory, nowMs: 0, keepMs: 0 });
    const old = { ...web(), cgroupPaths: [`${fixture.root}/rkt-streams/old`] };
    const reading = source.read(look, old, { groups: GROUP.memory, nowMs: 0, keepMs: 0 }) as Reading;
    expect(value(reading, 'usageBytes')).to.equal(4_096);
    expect(value(reading, 'maxUsageBytes')).to.deep.equal(NaN);
    expect(reader.stats.descriptors.open).to.equal(1);
    source.close(look);
    expect(reader.stats.descriptors.open).to.equal(0);
  });

  it('reports no network of a task that shares that of the machine', async () => {
    const { source } = sourceWith(noProcesses);
    const record = await sleeper({ cgroupPaths: [`${fixture.root}/rkt-streams/web`] });
    const reading = source.read(source.open(), record, {
      groups: GROUP.cpu | GROUP.network,
      nowMs: 0,
      keepMs: 0,
    }) as Reading;
    expect(value(reading, 'receivedBytes')).to.deep.equal(NaN);
    expect(reading.fresh).to.equal(GROUP.cpu);
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
      taskStats(createStats(deps), 'busy', { intervalMs: 100, perProcess: true }).subscribe(observer);
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
