import type { ExitResult } from './exit-result.ts';
import type { DriverNetwork } from './driver-network.ts';

/** preparing → starting → running → stopping → exited; `unknown` after a recovery that could not find the pod. */
export const TASK_PHASES = ['preparing', 'starting', 'running', 'stopping', 'exited', 'unknown'] as const;
export type TaskPhase = (typeof TASK_PHASES)[number];

/** The three states of a task in Nomad. */
export type NomadTaskState = 'unknown' | 'running' | 'exited';

/** The status of a task, as returned by inspectTask and the registry. */
export interface TaskStatus {
  readonly id: string;
  readonly name: string;
  readonly allocId: string | undefined;
  readonly phase: TaskPhase;
  readonly state: NomadTaskState;
  readonly image: string;
  readonly podId: string | undefined;
  readonly pid: number | undefined;
  readonly startedAtMs: number | undefined;
  readonly completedAtMs: number | undefined;
  readonly exitResult: ExitResult | undefined;
  readonly network: DriverNetwork | undefined;
  readonly cgroupPaths: readonly string[];
  readonly memoryLimitBytes: number | undefined;
  /** The cores that the task is pinned to, as in `0-1,3`; undefined when it may run on all. */
  readonly cpusetCpus: string | undefined;
  /** Destination of the app's output: a file or a named pipe. */
  readonly stdoutPath: string | undefined;
  readonly stderrPath: string | undefined;
  /** Nomad's DriverAttributes. */
  readonly driverAttributes: Readonly<Record<string, string>>;
}
