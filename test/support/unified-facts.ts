import type { ExitResult, TaskResourceUsage } from '../../src/index.ts';

/** What unified-child.ts has seen. */
export interface UnifiedFacts {
  readonly version: string;
  /** The child's own line of /proc/PID/cgroup while it drove tasks. */
  readonly own: string;
  readonly limited: LimitedFacts;
  readonly starved: { readonly exit: ExitResult; readonly events: string; readonly isThere: boolean };
  readonly oci: OciFacts;
  /** The same with runc. */
  readonly runc: OciFacts;
  /** A pod of two apps. */
  readonly several: {
    readonly exitCode: number | null;
    readonly output: string;
    readonly exits: readonly string[];
    readonly stderr: string;
  };
  /** Absent where the kernel has no virtual Ethernet devices. */
  readonly networked?: NetworkedFacts;
  readonly reading: ReadingFacts;
  readonly shapes: ShapeFacts;
  readonly suite: { readonly passed: readonly string[]; readonly failed: readonly string[] };
  /** Directories below the root that the driver has made and not taken away. */
  readonly left: readonly string[];
}

/** Of a task with a limit on memory and a weight. */
export interface LimitedFacts {
  readonly directories: readonly string[];
  readonly isIn: boolean;
  /** The cores that the app may run on, by the kernel's own word. */
  readonly allowedCpus: string;
  readonly limits: LimitFiles;
  readonly usage: TaskResourceUsage;
  /** What a command run in the task says of its cgroup; then again, when the task has moved to one below its own. */
  readonly entered: string;
  readonly enteredBelow: string;
  readonly recovered: TaskResourceUsage;
  readonly exit: ExitResult;
  readonly pids: readonly number[];
  readonly aliveAfterKill: readonly number[];
  readonly isThere: boolean;
}

/** Of a task with the stage1 oci. */
interface OciFacts {
  readonly limits: LimitFiles;
  readonly isIn: boolean;
  /** Whether the runtime, which waits for the app, is in the cgroup of the task too. */
  readonly isRuntimeIn: boolean;
  readonly source: TaskResourceUsage['source'];
  readonly memory: TaskResourceUsage['memory'];
  /** What the app has printed of its cgroup and its restrictions, and what a command in it has. */
  readonly seen: string;
  readonly entered: string;
  readonly exit: ExitResult;
  /** How one that wanted more memory than it may have has ended. */
  readonly starvedExit: ExitResult;
  /** Whether a cgroup of them is left. */
  readonly isThere: boolean;
}

/** A pod with a network: its address, what it answers there, and the links of the host while it runs and when it is gone. */
export interface NetworkedFacts {
  readonly ip: string;
  readonly answer: string;
  readonly whileRunning: number;
  readonly afterwards: number;
}

/** The texts of a cgroup's files, empty where there is none. */
export interface LimitFiles {
  readonly memory: string;
  readonly swap: string;
  readonly weight: string;
}

/** What creating a cgroup came to: its files, or the error's message. */
export interface Attempt {
  readonly directory?: string;
  readonly limits?: LimitFiles;
  /** Whether a process could join it. */
  readonly joined?: boolean;
  readonly error?: string;
}

/** Cgroups made from various places in the hierarchy. */
export interface ShapeFacts {
  /** Nothing passes controllers on yet, and the root holds all processes. */
  readonly bareRoot: Attempt;
  /** Below a cgroup that holds processes, with limits and without, and what that passes on afterwards. */
  readonly populated: { readonly limited: Attempt; readonly plain: Attempt; readonly passesOn: string };
  /** Below a cgroup that holds processes and passes on `cpu` alone. */
  readonly threaded: Attempt;
  /** As a user to whom the cgroup above the own one was handed over. */
  readonly delegated: Attempt;
  /** Processes left of a tree that forks all the time, killed without the help of cgroup.kill. */
  readonly survivors: readonly number[];
}

/** The metrics that the readers have of one cgroup, null where there is none, and the texts of files at the same time. */
export interface ReadingFacts {
  readonly values: Readonly<Record<string, number | null>>;
  readonly files: Readonly<Record<string, string>>;
}
