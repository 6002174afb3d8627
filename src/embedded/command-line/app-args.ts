/** A mount of a pod volume into an app; `path` is empty when no target was given. */
export interface MountArg {
  readonly volume: string;
  readonly path: string;
}

/** Name and value, as in `--environment` and `--annotation`. */
export interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** One image of a run/prepare/fetch command line with the flags that follow it. */
export interface AppArgs {
  readonly image: string;
  /** What stood between `--` and `---`. */
  readonly args: readonly string[];
  readonly exec?: string;
  readonly name?: string;
  readonly user?: string;
  readonly group?: string;
  readonly supplementaryGids?: readonly number[];
  readonly workingDir?: string;
  readonly environment: readonly NameValue[];
  /** Quantity strings as given, already checked. */
  readonly memory?: string;
  readonly cpu?: string;
  readonly cpuShares?: number;
  readonly oomScoreAdj?: number;
  readonly capsRetain?: readonly string[];
  readonly capsRemove?: readonly string[];
  /** As given, unchecked: rkt reads it only while it prepares the pod. */
  readonly seccomp?: string;
  /** Mounts of this app only. */
  readonly mounts: readonly MountArg[];
  readonly readonlyRootfs?: boolean;
  readonly annotations: readonly NameValue[];
  readonly userAnnotations: readonly NameValue[];
  readonly userLabels: readonly NameValue[];
  /** Path of a detached signature. */
  readonly signature?: string;
}

/** An app while its flags are being read. */
export type AppDraft = { -readonly [Key in keyof AppArgs]: AppArgs[Key] };
