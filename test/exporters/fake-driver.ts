import { BehaviorSubject, EMPTY, Subject, type Observable } from 'rxjs';

import type { Driver } from '../../src/driver-interface.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import type { Fingerprint } from '../../src/model/fingerprint.ts';
import type { HostStats } from '../../src/model/host-stats.ts';
import { PLUGIN_INFO } from '../../src/model/plugin.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { SamplingStats } from '../../src/model/sampling-stats.ts';
import type { TaskEvent } from '../../src/model/task-event.ts';
import type { TaskSpec } from '../../src/model/task-spec.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../src/model/task-stats.ts';
import type { TaskStatus } from '../../src/model/task-status.ts';
import { aTaskSpec } from '../support/task-specs.ts';
import { aTaskStatus } from '../support/task-statuses.ts';

/** The streams of a driver, played by hand. */
export interface FakeDriver {
  readonly driver: Driver;
  readonly tasks: BehaviorSubject<readonly TaskStatus[]>;
  readonly samples: Subject<readonly TaskStatsSample[]>;
  readonly pods: BehaviorSubject<readonly Pod[]>;
  readonly host: Subject<HostStats>;
  readonly sampling: Subject<SamplingStats>;
  readonly fingerprint: Subject<Fingerprint>;
  readonly events: Subject<TaskEvent>;
  readonly specs: Map<string, TaskSpec>;
  /** The options each stream was asked for with, by name of the stream. */
  readonly asked: Map<string, unknown>;
}

export function fakeDriver(): FakeDriver {
  const specs = new Map<string, TaskSpec>();
  const asked = new Map<string, unknown>();
  const fake = {
    tasks: new BehaviorSubject<readonly TaskStatus[]>([]),
    samples: new Subject<readonly TaskStatsSample[]>(),
    pods: new BehaviorSubject<readonly Pod[]>([]),
    host: new Subject<HostStats>(),
    sampling: new Subject<SamplingStats>(),
    fingerprint: new Subject<Fingerprint>(),
    events: new Subject<TaskEvent>(),
  };
  const asking = <T>(name: string, values$: Observable<T>, options: unknown): Observable<T> => {
    asked.set(name, options);
    return values$;
  };
  const driver: Partial<Driver> = {
    pluginInfo: () => PLUGIN_INFO,
    tasks: () => fake.tasks,
    pods: () => fake.pods,
    taskEvents: (options) => asking('taskEvents', fake.events, options),
    allTaskStats: (options) => asking('allTaskStats', fake.samples, options),
    hostStats: (options) => asking('hostStats', fake.host, options),
    samplingStats: (options) => asking('samplingStats', fake.sampling, options),
    fingerprint: () => fake.fingerprint,
    taskStats: () => EMPTY,
    inspectTask(id) {
      const status = fake.tasks.value.find((task) => task.id === id);
      if (status === undefined) throw new RktError('RKT_ERR_TASK_NOT_FOUND', '', { taskId: id });
      return status;
    },
    taskSpec: (id) => {
      const spec = specs.get(id);
      if (spec === undefined) throw new RktError('RKT_ERR_TASK_NOT_FOUND', '', { taskId: id });
      return spec;
    },
  };
  return { ...fake, driver: driver as Driver, specs, asked };
}

export function aRunningTask(id: string, more: Partial<TaskStatus> = {}): TaskStatus {
  return aTaskStatus(id, {
    image: 'example.com/app:1.0',
    podId: `pod-of-${id}`,
    pid: 4242,
    startedAtMs: 1_700_000_000_000,
    cpusetCpus: '0-1,3',
    cgroupPaths: [`/sys/fs/cgroup/cpu/rkt-streams/${id}`, `/sys/fs/cgroup/memory/rkt-streams/${id}`],
    ...more,
  });
}

const AT_MS = 1_700_000_100_000;

/** Every metric there is, each another number; they rise with `by`. */
export function fullUsage(by = 0, more: Partial<TaskResourceUsage> = {}): TaskResourceUsage {
  const turn = Math.round(by * 1_000);
  const stall = { avg10: 1, avg60: 1, avg300: 1, totalNs: 1_500_000_000 + turn * 1_000 };
  const values = { some: stall, full: { ...stall, totalNs: 500_000_000 + turn * 1_000 } };
  return {
    timestampMs: AT_MS + turn,
    source: 'cgroup-v2',
    cpu: {
      totalNs: 12_345_678_901 + turn * 123_456_789,
      userNs: 10_000_000_000 + turn * 100_000_000,
      systemNs: 2_340_000_000 + turn * 20_000_000,
      percent: 50,
      periods: 120 + turn,
      throttledPeriods: 7,
      throttledNs: 350_000_000,
      quotaNs: 50_000_000,
      periodNs: 100_000_000,
    },
    memory: {
      usageBytes: 52_428_800 + turn * 4_096,
      workingSetBytes: 44_040_192 + turn * 4_096,
      rssBytes: 31_457_280 + turn * 4_096,
      cacheBytes: 18_874_368,
      swapBytes: 0,
      mappedFileBytes: 4_194_304,
      maxUsageBytes: 62_914_560 + turn * 4_096,
      limitBytes: 268_435_456,
      reservationBytes: 134_217_728,
      limitHits: 41,
      oomKills: 3,
    },
    io: {
      readBytes: 1_000 + turn * 512,
      writeBytes: 2_000 + turn * 512,
      readOps: 10 + turn,
      writeOps: 20 + turn,
    },
    disk: { usageBytes: 7_000, limitBytes: 9_000, inodes: 800, inodesFree: 300 },
    processStates: { running: 1, sleeping: 2, stopped: 0, uninterruptible: 1 },
    pidCount: { current: 5 + (turn % 3), limit: 100 },
    pressure: { cpu: values, memory: values, io: values },
    network: {
      receivedBytes: 100 + turn * 64,
      receivedPackets: 10 + turn,
      receiveErrors: 1,
      receiveDrops: 2,
      sentBytes: 300 + turn * 64,
      sentPackets: 30 + turn,
      sendErrors: 3,
      sendDrops: 4,
    },
    ...more,
  };
}

/** Running tasks with specs and pods, and a sample of each. */
export function playTasks(fake: FakeDriver, ids: readonly string[], turn = 0): void {
  for (const id of ids)
    fake.specs.set(id, aTaskSpec(id, { resources: { cpuShares: 512 }, env: { TEAM: 'blue' } }));
  fake.pods.next(
    ids.map((id) => ({
      name: `pod-of-${id}`,
      state: 'running',
      created_at: 1_700_000_000,
      apps: [{ name: 'app', state: 'running', image_id: 'sha512-aa', user_annotations: { owner: 'us' } }],
    })),
  );
  fake.tasks.next(ids.map((id) => aRunningTask(id)));
  playSamples(fake, ids, turn);
}

export function playSamples(fake: FakeDriver, ids: readonly string[], turn: number): void {
  // Metrics of their own for each, or the text of a number would be made once for all.
  fake.samples.next(ids.map((taskId, nth) => ({ taskId, usage: fullUsage(turn + nth / 1_000) })));
}
