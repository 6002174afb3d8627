import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { asyncScheduler, defer, from, switchMap, type Observable, type Subscription } from 'rxjs';

import type { Driver, DriverOptions } from './driver-interface.ts';
import { configDurationMs } from './model/driver-config.ts';
import type { DriverSettings } from './model/driver-options.ts';
import { RktError } from './model/errors.ts';
import { silentLogger } from './model/logger.ts';
import { CAPABILITIES, CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from './model/plugin.ts';
import type { Pod } from './model/pod.ts';
import { reasonOf } from './model/reason-of.ts';
import type { SamplingStats } from './model/sampling-stats.ts';
import { audit } from './ops/audit/audit.ts';
import { createConfiguration, type Configuration } from './ops/configuration.ts';
import type { OpsContext } from './ops/context.ts';
import { createOpsContext, lazyRunner, type ContextDeps } from './ops/create-context.ts';
import { destroyTask } from './ops/destroy-task.ts';
import { execTaskStreaming } from './ops/exec-streaming.ts';
import { execTask } from './ops/exec-task.ts';
import { finishDestroys } from './ops/finish-destroy.ts';
import { followTasks } from './ops/follow-tasks.ts';
import { inspectTask, taskSpec } from './ops/inspect-task.ts';
import { limitLogs } from './ops/limit-logs.ts';
import { lockAgent } from './ops/lock-agent.ts';
import { recoverAll } from './ops/recover-all.ts';
import { recoverTask } from './ops/recover-task.ts';
import { signalTask } from './ops/signal-task.ts';
import { startTask } from './ops/start-task.ts';
import { stopTask } from './ops/stop-task.ts';
import { watchExits } from './ops/watch-exits.ts';
import { createTaskRegistry, type TaskRegistry } from './registry/task-registry.ts';
import type { RktRunner } from './rkt/command.ts';
import type { Cgroups } from './sources/cgroup/cgroups.ts';
import { createHost } from './sources/host.ts';
import { createPodDirectories } from './sources/pod-directories.ts';
import { createProcesses } from './sources/processes.ts';
import { allTaskStats } from './streams/all-task-stats.ts';
import { fingerprint } from './streams/fingerprint.ts';
import { pods } from './streams/pods.ts';
import { hostStats } from './streams/host-stats.ts';
import { retryWhenExhausted } from './streams/operators/retry-when-exhausted.ts';
import { takeUntilAbort } from './streams/operators/take-until-abort.ts';
import { samplingStats } from './streams/sampling-stats.ts';
import type { SamplingOptions } from './streams/stats/sampling-options.ts';
import { createStats, type Stats } from './streams/stats/stats.ts';
import { taskEvents } from './streams/task-events.ts';
import { taskStats } from './streams/task-stats.ts';
import { tasks } from './streams/tasks.ts';
import { waitTask } from './streams/wait-task.ts';
import { rktErrorsOnly } from './rkt-errors-only.ts';

/** Creates a driver. It touches nothing before its first op or subscription. @throws RKT_ERR_OPTIONS */
export function createDriver(options: DriverOptions = {}): Driver {
  const { logger = silentLogger, scheduler = asyncScheduler, ...data } = options;
  const config = createConfiguration(data);
  const shutdown = new AbortController();
  // Every op and stream that is under way listens, and there is no limit to these.
  setMaxListeners(0, shutdown.signal);
  const instance = randomUUID();
  const beganAtMs = scheduler.now();
  const registry = createTaskRegistry({ scheduler, logger, instance });
  const findRunner = lazyRunner(config.settings);
  let lastRunner: RktRunner | undefined;
  const runner = async (): Promise<RktRunner> => (lastRunner = await findRunner());
  const deps = { registry, runner, driverConfig: () => config.current().driver, logger, scheduler };
  let opened: Promise<{ ctx: OpsContext; exits: Subscription }> | undefined;
  let bound: Promise<OpsContext> | undefined;
  const machine = (): Promise<OpsContext> =>
    (bound ??= createOpsContext({
      ...deps,
      instance,
      beganAtMs,
      settings: config.settings(),
      shutdown: shutdown.signal,
    }));
  const context = async (): Promise<OpsContext> => {
    shutdown.signal.throwIfAborted();
    opened ??= machine().then((ctx) => {
      void finishDestroys(ctx).catch((error: unknown) =>
        logger.warn({ error }, 'What an earlier driver has half destroyed is left'),
      );
      const watching = watchExits(ctx);
      watching.add(limitLogs(ctx));
      return { ctx, exits: watching };
    });
    // What has failed for want of something may succeed the next time.
    opened.catch(() => (opened = bound = undefined));
    return (await opened).ctx;
  };
  const streams = createStreams(registry, config, deps, context, shutdown.signal, () => rktCosts(lastRunner));

  return rktErrorsOnly({
    pluginInfo: () => PLUGIN_INFO,
    capabilities: () => CAPABILITIES,
    configSchema: () => CONFIG_SPEC,
    taskConfigSchema: () => TASK_CONFIG_SPEC,
    setConfig: config.set,
    config: config.current,
    ...streams,
    startTask: async (task) => startTask(await context(), task),
    stopTask: async (id, stop) => stopTask(await context(), id, stop),
    destroyTask: async (id, destroy) => destroyTask(await context(), id, destroy),
    inspectTask: (id) => inspectTask(registry, id),
    taskSpec: (id) => taskSpec(registry, id),
    signalTask: async (id, signal) => signalTask(await context(), id, signal),
    execTask: async (id, cmd, exec) => execTask(await context(), id, cmd, exec),
    execTaskStreaming: async (id, exec) => execTaskStreaming(await context(), id, exec),
    recoverTask: async (handle) => recoverTask(await context(), handle),
    recoverTasks: async () => recoverAll(await context()),
    followTasks: () =>
      defer(() => from(context())).pipe(
        switchMap(followTasks),
        retryWhenExhausted(deps, 'Following tasks'),
        takeUntilAbort(shutdown.signal),
      ),
    // Not of the context: that begins to finish what others have left, and an audit shall show it.
    async audit(options) {
      shutdown.signal.throwIfAborted();
      return audit(await machine(), options);
    },
    lockAgent: async (lock) => lockAgent(config.settings().dataDir, lock),
    async shutdown() {
      shutdown.abort(new RktError('RKT_ERR_SHUTDOWN', ''));
      registry.close();
      (await opened)?.exits.unsubscribe();
    },
  });
}

type Streams = Pick<
  Driver,
  | 'fingerprint'
  | 'taskEvents'
  | 'taskStats'
  | 'allTaskStats'
  | 'waitTask'
  | 'tasks'
  | 'pods'
  | 'hostStats'
  | 'samplingStats'
>;

function createStreams(
  registry: TaskRegistry,
  config: Configuration,
  base: Pick<ContextDeps, 'runner' | 'driverConfig' | 'logger' | 'scheduler'>,
  context: () => Promise<OpsContext>,
  shutdown: AbortSignal,
  rkt: () => SamplingStats['rkt'],
): Streams {
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
  const hostDeps = { ...base, host: createHost() };
  let shared: Stats | undefined;
  const stats = async (): Promise<Stats> => {
    const ctx = await context();
    return (shared ??= createStats({
      ...base,
      registry,
      cgroups: ctx.cgroups,
      processes: createProcesses(),
      onDegraded: tellDegraded(registry),
      sampling: samplingOptions(config.settings()),
      minIntervalMs: () => configDurationMs(config.current().driver.stats_interval),
      rkt,
    }));
  };
  const sampling$ = defer(() => from(stats())).pipe(retryWhenExhausted(base, 'Sampling'));
  return {
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

function rktCosts(runner: RktRunner | undefined): SamplingStats['rkt'] {
  if (runner === undefined) return undefined;
  return Object.freeze({ ...runner.stats, queueLength: runner.queueLength });
}

function tellDegraded(registry: TaskRegistry): (taskId: string, error: unknown) => void {
  return (taskId, error) => {
    const record = registry.get(taskId);
    if (record === undefined) return;
    const message = reasonOf(error);
    registry.emit('stats-degraded', record, `Figures are incomplete: ${message}`, { error: message });
  };
}
