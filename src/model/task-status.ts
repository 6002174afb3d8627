import type { ExitResult } from './exit-result.ts';
import type { DriverNetwork } from './driver-network.ts';

/** preparing → starting → running → stopping → exited; `unknown` after a recovery that could not find the pod. */
export const TASK_PHASES = ['preparing', 'starting', 'running', 'stopping', 'exited', 'unknown'] as const;
export type TaskPhase = (typeof TASK_PHASES)[number];

/** Nomad's three words for the state of a task. */
export type NomadTaskState = 'unknown' | 'running' | 'exited';

/** What inspectTask and the registry tell of a task. */
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
  /** Where the output of the app goes: a file, or a named pipe. */
  readonly stdoutPath: string | undefined;
  readonly stderrPath: string | undefined;
  /** Nomad's DriverAttributes. */
  readonly driverAttributes: Readonly<Record<string, string>>;
}
