import type { Observable } from 'rxjs';

import type { Connection } from './model/driver-connection.ts';
import type { ExitResult } from './model/exit-result.ts';
import type { Fingerprint } from './model/fingerprint.ts';
import type { FleetHost } from './model/fleet-host.ts';
import type { HostStats } from './model/host-stats.ts';
import type { Pod } from './model/pod.ts';
import type { SamplingStats } from './model/sampling-stats.ts';
import type { TaskEvent } from './model/task-event.ts';
import type { TaskResourceUsage, TaskStatsSample } from './model/task-stats.ts';
import type { TaskStatus } from './model/task-status.ts';
import type { AllTaskStatsOptions } from './streams/all-task-stats-stream.ts';
import type { HostStatsOptions } from './streams/host-stats-stream.ts';
import type { SamplingStatsOptions } from './streams/sampling-stats-stream.ts';
import type { TaskEventsOptions } from './streams/task-events-stream.ts';
import type { TaskStatsOptions } from './streams/task-stats-stream.ts';

/** The streams of a driver. */
export interface DriverStreams {
  /**
   * How current the values are: immediately, and after every change. A local driver is live until its shutdown. Emits
   * `closed` and completes at shutdown; after it too.
   *
   * @example
   * driver.connection().subscribe(({ state }) => console.log(state)); // live
   */
  connection(): Observable<Connection>;
  /**
   * Health and attributes: immediately, then every 30 s. Completes at shutdown.
   *
   * @example
   * driver.fingerprint().subscribe(({ health, description }) => console.log(health, description));
   */
  fingerprint(): Observable<Fingerprint>;
  /**
   * The events of all tasks; with `replay`, first the latest ones. They include the exit of every task that the
   * driver finds, also if another driver started the task, unless an earlier driver of this publisher name has
   * published it. Completes at shutdown.
   *
   * @example
   * driver.taskEvents({ replay: 100 }).subscribe((event) => {
   *   if (event.kind === 'exited') console.log(event.taskId, event.annotations.exit_code);
   * });
   */
  taskEvents(options?: TaskEventsOptions): Observable<TaskEvent>;
  /**
   * Resource usage of one task; completes with the task, and at shutdown. Fails with RKT_ERR_TASK_NOT_FOUND.
   *
   * @example
   * driver.taskStats('web', { intervalMs: 500 }).subscribe(({ cpu, memory }) => {
   *   console.log(cpu.percent, memory.workingSetBytes);
   * });
   */
  taskStats(taskId: string, options?: TaskStatsOptions): Observable<TaskResourceUsage>;
  /**
   * One array a tick with a sample of each running task. Completes at shutdown.
   *
   * @example
   * driver.allTaskStats({ groups: ['cpu', 'memory', 'io'] }).subscribe((samples) => {
   *   for (const { taskId, usage } of samples) console.log(taskId, usage.io?.readBytes);
   * });
   */
  allTaskStats(options?: AllTaskStatsOptions): Observable<readonly TaskStatsSample[]>;
  /**
   * The exit of a task, once. Fails with RKT_ERR_TASK_NOT_FOUND, and with RKT_ERR_SHUTDOWN at shutdown.
   *
   * @example
   * const { exitCode, signal, oomKilled } = await firstValueFrom(driver.waitTask('web'));
   */
  waitTask(taskId: string): Observable<ExitResult>;
  /**
   * The statuses of all tasks: immediately, and after every change. Completes at shutdown.
   *
   * @example
   * driver.tasks().subscribe((tasks) => console.log(tasks.filter(({ phase }) => phase === 'running').length));
   */
  tasks(): Observable<readonly TaskStatus[]>;
  /**
   * All pods in rkt's data directory: immediately, and after every change. Completes at shutdown.
   *
   * @example
   * driver.pods().subscribe((pods) => console.log(pods.map(({ name, state }) => `${name} ${state}`)));
   */
  pods(): Observable<readonly Pod[]>;
  /**
   * Metrics of the machine: immediately, then every `intervalMs`. Completes at shutdown.
   *
   * @example
   * driver.hostStats({ intervalMs: 5_000 }).subscribe(({ memory }) => console.log(memory.availableBytes));
   */
  hostStats(options?: HostStatsOptions): Observable<HostStats>;
  /**
   * The hosts of a fleet, and how current their values are: immediately, and after every change. A driver of one machine has not
   * got it. Completes at shutdown.
   *
   * @example
   * driver.hosts?.().subscribe((hosts) => console.log(hosts.map(({ host, connection }) => `${host} ${connection.state}`)));
   */
  hosts?(): Observable<readonly FleetHost[]>;
  /**
   * Statistics of the sampling: immediately, then every `intervalMs`. Completes at shutdown.
   *
   * @example
   * driver.samplingStats().subscribe(({ tasks, workMs }) => console.log(tasks, workMs));
   */
  samplingStats(options?: SamplingStatsOptions): Observable<SamplingStats>;
}
