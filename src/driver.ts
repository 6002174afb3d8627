import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { asapScheduler, asyncScheduler, defer, subscribeOn, switchMap } from 'rxjs';

import type { Driver, DriverOptions } from './driver-interface.ts';
import { createDriverContexts } from './driver-contexts.ts';
import { createDriverStreams } from './driver-streams.ts';
import { RktError } from './model/rkt-error.ts';
import { silentLogger, type Logger } from './model/logger.ts';
import { CAPABILITIES, CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from './model/plugin.ts';
import type { SamplingStats } from './model/sampling-stats.ts';
import { audit } from './ops/audit/run-audit.ts';
import { createConfiguration } from './ops/configuration.ts';
import { lazyRunner } from './ops/create-context.ts';
import { destroyTask } from './ops/destroy-task.ts';
import { execTaskStreaming } from './ops/exec-streaming.ts';
import { execTask } from './ops/exec-task.ts';
import { followTasks } from './ops/follow-tasks.ts';
import { describeTask, inspectTask, taskSpec } from './ops/inspect-task.ts';
import { lockAgent } from './ops/lock-agent.ts';
import { readTaskLog } from './ops/read-task-log.ts';
import { recoverAll } from './ops/recover-all.ts';
import { recoverTask } from './ops/recover-task.ts';
import { restartTask } from './ops/restart-task.ts';
import { signalTask } from './ops/signal-task.ts';
import { startTask } from './ops/start-task.ts';
import { stopTask } from './ops/stop-task.ts';
import { createTaskRegistry, type TaskRegistry } from './registry/task-registry.ts';
import type { RktRunner } from './rkt/command-runner.ts';
import { retryWhenExhausted } from './streams/operators/retry-when-exhausted.ts';
import { takeUntilAbort } from './streams/operators/take-until-abort.ts';
import type { DriverStreams } from './streams-interface.ts';
import { rktErrorsOnly } from './rkt-errors-only.ts';

/**
 * Creates a driver. It accesses nothing before its first op or subscription, or the next turn with `follow`.
 *
 * @throws RKT_ERR_OPTIONS
 * @example
 * const driver = createDriver({ dataDir: '/var/lib/my-driver', rkt: 'embedded', follow: true });
 * driver.tasks().subscribe((tasks) => console.log(tasks.map(({ id, phase }) => `${id} ${phase}`)));
 */
export function createDriver(options: DriverOptions = {}): Driver {
  const { follow = false, logger = silentLogger, scheduler = asyncScheduler, ...data } = options;
  const config = createConfiguration(data);
  const shutdown = new AbortController();
  // Every op and stream in progress listens, and their number is not limited.
  setMaxListeners(0, shutdown.signal);
  const instance = randomUUID();
  const beganAtMs = scheduler.now();
  const registry = createTaskRegistry({ scheduler, logger, instance });
  const findRunner = lazyRunner(config.settings);
  let lastRunner: RktRunner | undefined;
  const runner = async (): Promise<RktRunner> => (lastRunner = await findRunner());
  const deps = { registry, runner, driverConfig: () => config.current().driver, logger, scheduler };
  const contexts = createDriverContexts({ ...deps, config, instance, beganAtMs, shutdown: shutdown.signal });
  const context = contexts.watching;
  const streams = createDriverStreams({
    ...deps,
    config,
    context,
    shutdown: shutdown.signal,
    rkt: () => rktCosts(lastRunner),
  });

  const driver = rktErrorsOnly({
    ...PLUGIN_METHODS,
    setConfig: config.set,
    config: config.current,
    ...streams,
    startTask: async (task, streams) => startTask(await context(), task, streams),
    stopTask: async (id, stop) => stopTask(await context(), id, stop),
    restartTask: async (id, stop) => restartTask(await context(), id, stop),
    destroyTask: async (id, destroy) => destroyTask(await context(), id, destroy),
    ...lookUps(registry, streams, shutdown.signal),
    signalTask: async (id, signal) => signalTask(await context(), id, signal),
    execTask: async (id, cmd, exec) => execTask(await context(), id, cmd, exec),
    execTaskStreaming: async (id, exec) => execTaskStreaming(await context(), id, exec),
    recoverTask: async (handle) => recoverTask(await context(), handle),
    recoverTasks: async () => recoverAll(await context()),
    followTasks: () =>
      defer(context).pipe(
        switchMap(followTasks),
        retryWhenExhausted(deps, 'Following tasks'),
        takeUntilAbort(shutdown.signal),
      ),
    // Not of the context: creating that starts to finish the destroys of others, which an audit must report.
    async audit(options) {
      shutdown.signal.throwIfAborted();
      return audit(await contexts.bare(), options);
    },
    lockAgent: async (lock) => lockAgent(config.settings().dataDir, lock),
    async shutdown() {
      shutdown.abort(new RktError('RKT_ERR_SHUTDOWN', ''));
      registry.close();
      await contexts.close();
      await lastRunner?.close();
    },
  });
  if (follow) followInNextTurn(driver, logger);
  return driver;
}

/** What is known of one task. */
function lookUps(
  registry: TaskRegistry,
  streams: DriverStreams,
  shutdown: AbortSignal,
): Pick<Driver, 'inspectTask' | 'taskSpec' | 'describeTask' | 'readTaskLog'> {
  const waitTask: DriverStreams['waitTask'] = (id) => streams.waitTask(id);
  return {
    inspectTask: (id) => inspectTask(registry, id),
    taskSpec: (id) => taskSpec(registry, id),
    describeTask: (id) => describeTask(registry, id, shutdown),
    async readTaskLog(id, log) {
      shutdown.throwIfAborted();
      await readTaskLog({ registry, waitTask }, id, log);
    },
  };
}

/** What is the same for every local driver. */
const PLUGIN_METHODS = {
  pluginInfo: () => PLUGIN_INFO,
  capabilities: () => CAPABILITIES,
  configSchema: () => CONFIG_SPEC,
  taskConfigSchema: () => TASK_CONFIG_SPEC,
} as const;

/** The caller may call `setConfig` first. */
function followInNextTurn(driver: Driver, logger: Logger): void {
  driver
    .followTasks()
    .pipe(subscribeOn(asapScheduler))
    .subscribe({ error: (error: unknown) => logger.error({ error }, 'Tasks are no longer followed') });
}

function rktCosts(runner: RktRunner | undefined): SamplingStats['rkt'] {
  if (runner === undefined) return undefined;
  return Object.freeze({ ...runner.stats, queueLength: runner.queueLength });
}
