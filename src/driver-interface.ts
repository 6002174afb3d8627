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
  /** The clock of every stream and timer; tests give a virtual one. */
  readonly scheduler?: SchedulerLike;
}

/**
 * A task driver for rkt: ops that do, streams that tell, and one registry of tasks between them.
 *
 * Streams are shared. At shutdown, and when they are subscribed after it, one that owes a value (`waitTask`) fails with
 * RKT_ERR_SHUTDOWN, and every other one completes. Ops reject with {@link RktError}, and a failed one leaves nothing behind.
 */
export interface Driver {
  pluginInfo(): PluginInfo;
  capabilities(): Capabilities;
  configSchema(): readonly AttributeSpec[];
  taskConfigSchema(): readonly AttributeSpec[];
  /**
   * Replaces the configuration. `rkt_path`, `rkt_dir`, `data_dir`, `cgroup_parent` and `concurrency` win over the options
   * of createDriver where they are given, and can no longer change after the first op or subscription; the same values
   * again are always fine.
   *
   * @throws RKT_ERR_DRIVER_CONFIG, and the configuration stays as it was
   */
  setConfig(config: unknown, agent?: unknown): void;
  config(): { readonly driver: DriverConfig; readonly agent: AgentConfig };

  /** Health and attributes: at once, then every 30 s. Completes at shutdown. */
  fingerprint(): Observable<Fingerprint>;
  /**
   * What happens to the tasks, with `replay` after the last events. The end of each task that is found is among it, also
   * when another driver started the task, unless an earlier driver of this name has published it. Completes at shutdown.
   */
  taskEvents(options?: TaskEventsOptions): Observable<TaskEvent>;
  /** Resource usage of one task; completes with the task, and at shutdown. Fails with RKT_ERR_TASK_NOT_FOUND. */
  taskStats(taskId: string, options?: TaskStatsOptions): Observable<TaskResourceUsage>;
  /** One array a tick with a sample of each running task. Completes at shutdown. */
  allTaskStats(options?: AllTaskStatsOptions): Observable<readonly TaskStatsSample[]>;
  /** The end of a task, once. Fails with RKT_ERR_TASK_NOT_FOUND, and with RKT_ERR_SHUTDOWN at shutdown. */
  waitTask(taskId: string): Observable<ExitResult>;
  /** The registry's view: now, and after every change. Completes at shutdown. */
  tasks(): Observable<readonly TaskStatus[]>;
  /** All pods of rkt's data directory, whoever runs them: now, and after every change. Completes at shutdown. */
  pods(): Observable<readonly Pod[]>;
  /** Figures of the machine: at once, then every `intervalMs`. Completes at shutdown. */
  hostStats(options?: HostStatsOptions): Observable<HostStats>;
  /** Statistics of the sampling: at once, then every `intervalMs`. Completes at shutdown. */
  samplingStats(options?: SamplingStatsOptions): Observable<SamplingStats>;

  startTask(task: TaskSpecInput): Promise<StartedTask>;
  stopTask(taskId: string, options?: StopOptions): Promise<void>;
  destroyTask(taskId: string, options?: DestroyOptions): Promise<void>;
  inspectTask(taskId: string): TaskStatus;
  /** What a task was started with, its environment included. */
  taskSpec(taskId: string): TaskSpec;
  signalTask(taskId: string, signal: string): Promise<void>;
  execTask(taskId: string, cmd: readonly string[], options?: ExecOptions): Promise<ExecTaskResult>;
  execTaskStreaming(taskId: string, options: ExecStreamingOptions): Promise<ExecResult>;
  recoverTask(handle: TaskHandle): Promise<void>;
  /** Takes up all tasks of the data directory, and undoes the starts that their driver did not live to finish. */
  recoverTasks(): Promise<Recovery>;
  /** The same, and again whenever another driver of the data directory has started or destroyed a task. Completes at shutdown. */
  followTasks(): Observable<Recovery>;
  /**
   * Finds what belongs to no task of the data directory: pods, cgroups, processes, mounts and files. Removes it with `fix`, and
   * changes nothing without. A start that is under way, in any driver, is left alone.
   */
  audit(options?: AuditOptions): Promise<AuditReport>;
  /**
   * Makes this process the only agent of the data directory until the returned function is called or the process ends. Plain
   * drivers are not kept out. Rejects with RKT_ERR_AGENT_RUNNING, which names pid and socket of the other agent.
   */
  lockAgent(options?: AgentLockOptions): Promise<() => Promise<void>>;
  /** Ends every stream and op; tasks go on running and can be recovered. */
  shutdown(): Promise<void>;
}
