import type { Observable, SchedulerLike } from 'rxjs';

import type { AuditOptions, AuditReport } from './model/audit.ts';
import type { AgentConfig, DriverConfig } from './model/driver-config.ts';
import type { DriverOptionsInput } from './model/driver-options.ts';
import type { Logger } from './model/logger.ts';
import type { AttributeSpec, Capabilities, PluginInfo } from './model/plugin.ts';
import type { TaskLogOptions } from './model/task-log.ts';
import type { TaskSpec, TaskSpecInput } from './model/task-spec.ts';
import type { TaskHandle } from './model/task-state.ts';
import type { TaskStatus } from './model/task-status.ts';
import type { DestroyOptions } from './ops/destroy-task.ts';
import type { ExecResult, ExecStreamingOptions } from './ops/exec-streaming.ts';
import type { ExecOptions, ExecTaskResult } from './ops/exec-task.ts';
import type { AgentLockOptions } from './ops/lock-agent.ts';
import type { Recovery } from './ops/recover-all.ts';
import type { StartedTask } from './ops/start-task.ts';
import type { StopOptions } from './ops/stop-task.ts';
import type { TaskStreams } from './ops/task-streams.ts';
import type { DriverStreams } from './streams-interface.ts';

export interface DriverOptions extends DriverOptionsInput {
  /**
   * Recovers the tasks of the data directory, and those that other drivers start there, from the next turn of the event
   * loop until shutdown, as a subscription to {@link Driver.followTasks} does. Failures are logged. False by default.
   */
  readonly follow?: boolean;
  /** Silent by default. */
  readonly logger?: Logger;
  /** The clock of all streams and timers; tests pass a virtual one. */
  readonly scheduler?: SchedulerLike;
}

/**
 * A task driver for rkt: ops change the machine, streams deliver state, events and metrics, and a task registry
 * connects them.
 *
 * Streams are shared. At shutdown, and when they are subscribed after it, one that owes a value (`waitTask`) fails
 * with RKT_ERR_SHUTDOWN, and every other one completes. Ops reject with {@link RktError}, and a failed op leaves
 * nothing behind.
 */
export interface Driver extends DriverStreams {
  /**
   * Name, version and API versions, as Nomad asks for them.
   *
   * @example
   * console.log(driver.pluginInfo().pluginVersion);
   */
  pluginInfo(): PluginInfo;
  /**
   * The kind of this driver, the ops that it has, and what its tasks can do: signals, exec, isolation of files and network.
   *
   * @example
   * if (driver.capabilities().ops.includes('execTask')) await driver.execTask('web', ['/bin/true']);
   */
  capabilities(): Capabilities;
  /**
   * The attributes of the plugin configuration, with type and default.
   *
   * @example
   * console.log(driver.configSchema().map(({ name, type }) => `${name}: ${type}`));
   */
  configSchema(): readonly AttributeSpec[];
  /**
   * The attributes of the `config` block of a task.
   *
   * @example
   * console.log(driver.taskConfigSchema().filter(({ required }) => required));
   */
  taskConfigSchema(): readonly AttributeSpec[];
  /**
   * Replaces the configuration. `rkt_path`, `rkt_dir`, `data_dir`, `cgroup_parent` and `concurrency` override the
   * options of createDriver, and can no longer change after the first op or subscription; setting the same values
   * again is allowed.
   *
   * @throws RKT_ERR_DRIVER_CONFIG, and then the configuration is unchanged
   * @example
   * driver.setConfig({ volumes_enabled: false, gc: { image: true, image_delay: '10m' } });
   */
  setConfig(config: unknown, agent?: unknown): void;
  /**
   * The configuration with every default filled in.
   *
   * @example
   * console.log(driver.config().driver.stats_interval); // 100ms
   */
  config(): { readonly driver: DriverConfig; readonly agent: AgentConfig };

  /**
   * Starts a task, and resolves when its app runs. A start that fails is rolled back. `streams` connect the app with this process,
   * and end with it.
   *
   * @throws RKT_ERR_TASK_CONFIG for a task that is not valid, RKT_ERR_TASK_EXISTS for an id in use, RKT_ERR_IMAGE,
   *   RKT_ERR_VOLUME, RKT_ERR_NETWORK, RKT_ERR_CGROUP, RKT_ERR_LAUNCH, and others of docs/errors.md
   * @example
   * const { handle } = await driver.startTask({
   *   id: 'web',
   *   config: { image: 'example.com/web:1.0', args: ['--port=8080'] },
   *   resources: { memoryLimitBytes: 64 * 1024 * 1024 },
   * });
   */
  startTask(task: TaskSpecInput, streams?: TaskStreams): Promise<StartedTask>;
  /**
   * Sends a signal (SIGINT by default), and SIGKILL after `timeoutMs` (5000 by default). Resolves when the task has exited.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_NOT_RUNNING while it is being started, RKT_ERR_SIGNAL, RKT_ERR_STOP
   * @example
   * await driver.stopTask('web', { signal: 'SIGTERM', timeoutMs: 10_000 });
   */
  stopTask(taskId: string, options?: StopOptions): Promise<void>;
  /**
   * Starts a task again with its own specification: stops it as `stopTask` does if it runs, removes it and starts it. The pod is a
   * new one, and the log begins anew. A start that fails leaves no task. Resolves when the app runs.
   *
   * @throws what `stopTask`, `destroyTask` and `startTask` throw
   * @example
   * await driver.restartTask('web', { signal: 'SIGTERM', timeoutMs: 10_000 });
   */
  restartTask(taskId: string, options?: StopOptions): Promise<StartedTask>;
  /**
   * Removes an exited task, its pod, cgroup and files; with `force`, kills a running one first.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_RUNNING without `force`; a task that cannot be removed stays known
   * @example
   * await driver.destroyTask('web', { force: true });
   */
  destroyTask(taskId: string, options?: DestroyOptions): Promise<void>;
  /**
   * The status of a task now. @throws RKT_ERR_TASK_NOT_FOUND
   *
   * @example
   * const { phase, pid, jobName } = driver.inspectTask('web');
   */
  inspectTask(taskId: string): TaskStatus;
  /**
   * The specification of a task, its environment included. @throws RKT_ERR_TASK_NOT_FOUND
   *
   * @example
   * console.log(driver.taskSpec('web').config.image);
   */
  taskSpec(taskId: string): TaskSpec;
  /**
   * The specification of a task as it may be shown: values of variables, words of args and credentials of the image are
   * replaced by `…`.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND
   * @example
   * const { config, resources } = await driver.describeTask('web');
   */
  describeTask(taskId: string): Promise<TaskSpec>;
  /**
   * Reads what a task has written, from its begin or the last lines; with `follow` until the task has exited and all of its
   * output was read.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND, RKT_ERR_LOGS for an output that goes to a pipe or is gone, RKT_ERR_SHUTDOWN when the driver
   *   is shut down meanwhile, and the error of `write`
   * @example
   * await driver.readTaskLog('web', {
   *   tailLines: 20,
   *   follow: true,
   *   async write({ stream, bytes }) {
   *     process[stream].write(bytes);
   *   },
   * });
   */
  readTaskLog(taskId: string, options: TaskLogOptions): Promise<void>;
  /**
   * Sends a signal to the app; SIGINT for an unknown name.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_NOT_RUNNING
   * @example
   * await driver.signalTask('web', 'SIGHUP');
   */
  signalTask(taskId: string, signal: string): Promise<void>;
  /**
   * Runs a command in a task, and returns its output, at most 16 MiB of each stream.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_NOT_RUNNING, RKT_ERR_EXEC_COMMAND, RKT_ERR_EXEC_TIMEOUT (60 s by default)
   * @example
   * const { exitCode, stdout } = await driver.execTask('web', ['/bin/ls', '/'], { timeoutMs: 5_000 });
   */
  execTask(taskId: string, cmd: readonly string[], options?: ExecOptions): Promise<ExecTaskResult>;
  /**
   * Runs a command in a task with its streams connected, optionally in a terminal.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_NOT_RUNNING, RKT_ERR_EXEC_COMMAND, RKT_ERR_EXEC_STREAM
   * @example
   * const { exitCode } = await driver.execTaskStreaming('web', {
   *   cmd: ['/bin/sh'],
   *   tty: true,
   *   stdin: process.stdin,
   *   stdout: process.stdout,
   * });
   */
  execTaskStreaming(taskId: string, options: ExecStreamingOptions): Promise<ExecResult>;
  /**
   * Recovers a task that an earlier driver started, by its handle: running, or exited with its result.
   *
   * @throws RKT_ERR_HANDLE
   * @example
   * await driver.recoverTask(handle);
   */
  recoverTask(handle: TaskHandle): Promise<void>;
  /**
   * Recovers all tasks of the data directory, and rolls back unfinished starts of dead drivers.
   *
   * @example
   * const { recovered, undone, failures } = await driver.recoverTasks();
   */
  recoverTasks(): Promise<Recovery>;
  /**
   * The same, repeated whenever another driver of the data directory has started or destroyed a task. Completes at
   * shutdown.
   *
   * @example
   * driver.followTasks().subscribe(({ recovered }) => console.log(recovered));
   */
  followTasks(): Observable<Recovery>;
  /**
   * Finds leftovers that belong to no task of the data directory: pods, cgroups, processes, mounts and files. Removes
   * them with `fix`, and changes nothing without. A start in progress, in any driver, is left alone.
   *
   * @example
   * const { findings } = await driver.audit({ fix: true });
   * console.log(findings.filter(({ outcome }) => outcome === 'left'));
   */
  audit(options?: AuditOptions): Promise<AuditReport>;
  /**
   * Makes this process the only agent of the data directory until the returned function is called or the process
   * ends. Plain drivers are not excluded. Rejects with RKT_ERR_AGENT_RUNNING, which names pid and socket of the other
   * agent.
   *
   * @example
   * const unlock = await driver.lockAgent({ socketPath: '/run/agent.sock' });
   * await unlock();
   */
  lockAgent(options?: AgentLockOptions): Promise<() => Promise<void>>;
  /**
   * Ends all streams and ops; tasks keep running and can be recovered.
   *
   * @example
   * await driver.shutdown();
   */
  shutdown(): Promise<void>;
}
