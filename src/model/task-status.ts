import type { ExitResult } from './exit-result.ts';
import type { DriverNetwork } from './driver-network.ts';
import type { Restart } from './restart-policy.ts';

/** preparing → starting → running → stopping → exited; `unknown` after a recovery that could not find the pod. */
export const TASK_PHASES = ['preparing', 'starting', 'running', 'stopping', 'exited', 'unknown'] as const;
export type TaskPhase = (typeof TASK_PHASES)[number];

/** The three states of a task in Nomad. */
export type NomadTaskState = 'unknown' | 'running' | 'exited';

/** The status of a task, as returned by inspectTask and the registry. */
export interface TaskStatus {
  readonly id: string;
  /** The id, unless the task has a name of its own. */
  readonly name: string;
  /** The host that the task is on, in a fleet; the id begins with it. */
  readonly host?: string | undefined;
  /** Nomad's allocation, job and task group; undefined where the spec of the task does not name them. */
  readonly allocId: string | undefined;
  readonly jobName: string | undefined;
  readonly taskGroupName: string | undefined;
  /** Of the user; absent when the task has none. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Absent for a task that is not restarted. */
  readonly restart?: Restart | undefined;
  readonly phase: TaskPhase;
  readonly state: NomadTaskState;
  /** As it was given, without credentials. */
  readonly image: string;
  /** UUID of the pod; undefined until it is prepared. */
  readonly podId: string | undefined;
  /** The app (fly) or the stage1 supervisor; undefined until it runs. */
  readonly pid: number | undefined;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number | undefined;
  /** Milliseconds since 1970. */
  readonly completedAtMs: number | undefined;
  /** Undefined until the task has exited. */
  readonly exitResult: ExitResult | undefined;
  /** Undefined when the pod has no network of its own. */
  readonly network: DriverNetwork | undefined;
  /** Absolute directories, one per hierarchy (v1) or a single one (v2); empty when the task has no cgroup. */
  readonly cgroupPaths: readonly string[];
  /** The limit that the task was given. */
  readonly memoryLimitBytes: number | undefined;
  /** The cores that the task is pinned to, as in `0-1,3`; undefined when it may run on all. */
  readonly cpusetCpus: string | undefined;
  /** Destination of the app's output: a file or a named pipe. */
  readonly stdoutPath: string | undefined;
  readonly stderrPath: string | undefined;
  /** Nomad's DriverAttributes. */
  readonly driverAttributes: Readonly<Record<string, string>>;
}
