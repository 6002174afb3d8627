import { defer, switchMap, type Observable } from 'rxjs';

import { configDurationMs } from './model/driver-config.ts';
import type { DriverSettings } from './model/driver-options.ts';
import type { Pod } from './model/pod.ts';
import { reasonOf } from './model/reason-of.ts';
import type { SamplingStats } from './model/sampling-stats.ts';
import type { Configuration } from './ops/configuration.ts';
import type { OpsContext } from './ops/ops-context.ts';
import type { ContextDeps } from './ops/create-context.ts';
import { podDirectory } from './rkt/disk/pod-files.ts';
import type { TaskRegistry } from './registry/task-registry.ts';
import type { Cgroups } from './sources/cgroup/cgroups.ts';
import { createHost } from './sources/host-metrics.ts';
import { createPodDirectories } from './rkt/disk/pod-directories.ts';
import { createProcesses } from './sources/processes.ts';
import { connection } from './streams/connection-stream.ts';
import { allTaskStats } from './streams/all-task-stats-stream.ts';
import { fingerprint } from './streams/fingerprint-stream.ts';
import { hostStats } from './streams/host-stats-stream.ts';
import { retryWhenExhausted } from './streams/operators/retry-when-exhausted.ts';
import { takeUntilAbort } from './streams/operators/take-until-abort.ts';
import { pods } from './streams/pods-stream.ts';
import { samplingStats } from './streams/sampling-stats-stream.ts';
import type { SamplingOptions } from './streams/stats/sampling-options.ts';
import { createStats, type Stats } from './streams/stats/create-stats.ts';
import { createSharedStreams } from './streams/stats/shared-streams.ts';
import { taskEvents } from './streams/task-events-stream.ts';
import { taskStats } from './streams/task-stats-stream.ts';
import { tasks } from './streams/tasks-stream.ts';
import { waitTask } from './streams/wait-task-stream.ts';
import type { DriverStreams } from './streams-interface.ts';

export interface DriverStreamsDeps extends Pick<
  ContextDeps,
  'registry' | 'runner' | 'driverConfig' | 'logger' | 'scheduler'
> {
  readonly config: Configuration;
  /** The context of the ops; rejects while it cannot be created. */
  readonly context: () => Promise<OpsContext>;
  readonly shutdown: AbortSignal;
  /** The cost of rkt commands so far. */
  readonly rkt: () => SamplingStats['rkt'];
}

/** Connects the streams of a driver to its registry, its sources and its shutdown. */
export function createDriverStreams(deps: DriverStreamsDeps): DriverStreams {
  const { config, context, shutdown, rkt, registry, ...base } = deps;
  const cgroups = async (): Promise<Cgroups> => (await context()).cgroups;
  const fingerprint$ = fingerprint({
    ...base,
    cgroups,
    periodMs: config.options.fingerprintPeriodMs,
    shutdown,
  });
  let shared$: Observable<readonly Pod[]> | undefined;
  const pods$ = defer(() => {
    const directories = createPodDirectories(config.settings());
    return (shared$ ??= pods({ ...base, directories, shutdown }));
  });
  const hostDeps = { ...base, host: createHost(), streams: createSharedStreams(base) };
  let shared: Stats | undefined;
  const stats = async (): Promise<Stats> => {
    const ctx = await context();
    return (shared ??= createStats({
      ...base,
      registry,
      cgroups: ctx.cgroups,
      processes: createProcesses(),
      podDirectory: (podId) => podDirectory(ctx.rktDir, podId),
      onDegraded: reportDegraded(registry),
      sampling: samplingOptions(config.settings()),
      minIntervalMs: () => configDurationMs(config.current().driver.stats_interval),
      rkt,
    }));
  };
  const sampling$ = defer(stats).pipe(retryWhenExhausted(base, 'Sampling'));
  return {
    connection: () => connection(shutdown),
    fingerprint: () => fingerprint$.pipe(takeUntilAbort(shutdown)),
    taskEvents: (options) => taskEvents({ registry }, options),
    taskStats: (id, options) =>
      sampling$.pipe(
        switchMap((each) => taskStats(each, id, options)),
        takeUntilAbort(shutdown),
      ),
    allTaskStats: (options) =>
      sampling$.pipe(
        switchMap((each) => allTaskStats(each, options)),
        takeUntilAbort(shutdown),
      ),
    waitTask: (id) => waitTask({ registry }, id),
    tasks: () => tasks({ registry }),
    pods: () => pods$.pipe(takeUntilAbort(shutdown)),
    hostStats: (options) => hostStats(hostDeps, options).pipe(takeUntilAbort(shutdown)),
    samplingStats: (options) =>
      sampling$.pipe(
        switchMap((each) => samplingStats(each, options)),
        takeUntilAbort(shutdown),
      ),
  };
}

function samplingOptions(settings: DriverSettings): SamplingOptions {
  const { statsGate: gate, statsMaxStaleMs: maxStaleMs, statsDescriptors: descriptorBudget } = settings;
  return { gate, maxStaleMs, ...(descriptorBudget === undefined ? {} : { descriptorBudget }) };
}

function reportDegraded(registry: TaskRegistry): (taskId: string, error: unknown) => void {
  return (taskId, error) => {
    const record = registry.get(taskId);
    if (record === undefined) return;
    const message = reasonOf(error);
    registry.emit('stats-degraded', record, {
      message: `Metrics are incomplete: ${message}`,
      annotations: { error: message },
    });
  };
}
