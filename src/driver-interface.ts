import type { Observable, SchedulerLike } from 'rxjs';

import type { AuditOptions, AuditReport } from './model/audit.ts';
import type { AgentConfig, DriverConfig } from './model/driver-config.ts';
import type { DriverOptionsInput } from './model/driver-options.ts';
import type { ExitResult } from './model/exit-result.ts';
import type { Fingerprint } from './model/fingerprint.ts';
import type { HostStats } from './model/host-stats.ts';
import type { Logger } from './model/logger.ts';
import type { Pod } from './model/pod.ts';
import type { AttributeSpec, Capabilities, PluginInfo } from './model/plugin.ts';
import type { SamplingStats } from './model/sampling-stats.ts';
import type { TaskEvent } from './model/task-event.ts';
import type { TaskSpec, TaskSpecInput } from './model/task-spec.ts';
import type { TaskHandle } from './model/task-state.ts';
import type { TaskResourceUsage, TaskStatsSample } from './model/task-stats.ts';
import type { TaskStatus } from './model/task-status.ts';
import type { DestroyOptions } from './ops/destroy-task.ts';
import type { ExecResult, ExecStreamingOptions } from './ops/exec-streaming.ts';
import type { ExecOptions, ExecTaskResult } from './ops/exec-task.ts';
import type { AgentLockOptions } from './ops/lock-agent.ts';
import type { Recovery } from './ops/recover-all.ts';
import type { StartedTask } from './ops/start-task.ts';
import type { StopOptions } from './ops/stop-task.ts';
import type { AllTaskStatsOptions } from './streams/all-task-stats-stream.ts';
import type { HostStatsOptions } from './streams/host-stats-stream.ts';
import type { SamplingStatsOptions } from './streams/sampling-stats-stream.ts';
import type { TaskEventsOptions } from './streams/task-events-stream.ts';
import type { TaskStatsOptions } from './streams/task-stats-stream.ts';

export interface DriverOptions extends DriverOptionsInput {
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
export interface Driver {
  pluginInfo(): PluginInfo;
  capabilities(): Capabilities;
  configSchema(): readonly AttributeSpec[];
  taskConfigSchema(): readonly AttributeSpec[];
  /**
   * Replaces the configuration. `rkt_path`, `rkt_dir`, `data_dir`, `cgroup_parent` and `concurrency` override the
   * options of createDriver, and can no longer change after the first op or subscription; setting the same values
   * again is allowed.
   *
   * @throws RKT_ERR_DRIVER_CONFIG, and then the configuration is unchanged
   */
  setConfig(config: unknown, agent?: unknown): void;
  config(): { readonly driver: DriverConfig; readonly agent: AgentConfig };

  /** Health and attributes: immediately, then every 30 s. Completes at shutdown. */
  fingerprint(): Observable<Fingerprint>;
  /**
   * The events of all tasks; with `replay`, first the latest ones. They include the exit of every task that the
   * driver finds, also if another driver started the task, unless an earlier driver of this publisher name has
   * published it. Completes at shutdown.
   */
  taskEvents(options?: TaskEventsOptions): Observable<TaskEvent>;
  /** Resource usage of one task; completes with the task, and at shutdown. Fails with RKT_ERR_TASK_NOT_FOUND. */
  taskStats(taskId: string, options?: TaskStatsOptions): Observable<TaskResourceUsage>;
  /** One array a tick with a sample of each running task. Completes at shutdown. */
  allTaskStats(options?: AllTaskStatsOptions): Observable<readonly TaskStatsSample[]>;
  /** The exit of a task, once. Fails with RKT_ERR_TASK_NOT_FOUND, and with RKT_ERR_SHUTDOWN at shutdown. */
  waitTask(taskId: string): Observable<ExitResult>;
  /** The statuses of all tasks: immediately, and after every change. Completes at shutdown. */
  tasks(): Observable<readonly TaskStatus[]>;
  /** All pods in rkt's data directory: immediately, and after every change. Completes at shutdown. */
  pods(): Observable<readonly Pod[]>;
  /** Metrics of the machine: immediately, then every `intervalMs`. Completes at shutdown. */
  hostStats(options?: HostStatsOptions): Observable<HostStats>;
  /** Statistics of the sampling: immediately, then every `intervalMs`. Completes at shutdown. */
  samplingStats(options?: SamplingStatsOptions): Observable<SamplingStats>;

  startTask(task: TaskSpecInput): Promise<StartedTask>;
  stopTask(taskId: string, options?: StopOptions): Promise<void>;
  destroyTask(taskId: string, options?: DestroyOptions): Promise<void>;
  inspectTask(taskId: string): TaskStatus;
  /** The specification of a task, its environment included. */
  taskSpec(taskId: string): TaskSpec;
  signalTask(taskId: string, signal: string): Promise<void>;
  execTask(taskId: string, cmd: readonly string[], options?: ExecOptions): Promise<ExecTaskResult>;
  execTaskStreaming(taskId: string, options: ExecStreamingOptions): Promise<ExecResult>;
  recoverTask(handle: TaskHandle): Promise<void>;
  /** Recovers all tasks of the data directory, and rolls back unfinished starts of dead drivers. */
  recoverTasks(): Promise<Recovery>;
  /**
   * The same, repeated whenever another driver of the data directory has started or destroyed a task. Completes at
   * shutdown.
   */
  followTasks(): Observable<Recovery>;
  /**
   * Finds leftovers that belong to no task of the data directory: pods, cgroups, processes, mounts and files. Removes
   * them with `fix`, and changes nothing without. A start in progress, in any driver, is left alone.
   */
  audit(options?: AuditOptions): Promise<AuditReport>;
  /**
   * Makes this process the only agent of the data directory until the returned function is called or the process
   * ends. Plain drivers are not excluded. Rejects with RKT_ERR_AGENT_RUNNING, which names pid and socket of the other
   * agent.
   */
  lockAgent(options?: AgentLockOptions): Promise<() => Promise<void>>;
  /** Ends all streams and ops; tasks keep running and can be recovered. */
  shutdown(): Promise<void>;
}
