import type { FlagSpec, Flags } from './args.ts';

/** A mount of a pod volume into an app. */
export interface MountArg {
  readonly volume: string;
  readonly path: string;
}

/** Name and value, as in `--environment` and `--annotation`. */
export interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** `--seccomp` of one app. */
export interface SeccompArg {
  readonly mode: 'retain' | 'remove';
  readonly errno?: string;
  readonly syscalls: readonly string[];
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
  /** Quantity strings as given. */
  readonly memory?: string;
  readonly cpu?: string;
  readonly cpuShares?: number;
  readonly oomScoreAdj?: number;
  readonly capsRetain?: readonly string[];
  readonly capsRemove?: readonly string[];
  readonly seccomp?: SeccompArg;
  /** Mounts of this app only. */
  readonly mounts: readonly MountArg[];
  readonly readonlyRootfs?: boolean;
  readonly annotations: readonly NameValue[];
  readonly userAnnotations: Readonly<Record<string, string>>;
  readonly userLabels: Readonly<Record<string, string>>;
  /** Path of a detached signature. */
  readonly signature?: string;
}

/** A parsed run/prepare/fetch command line. */
export interface ImageArgs {
  readonly apps: readonly AppArgs[];
  /** `--mount` in front of the first image: applies to all apps. */
  readonly mounts: readonly MountArg[];
}

/** The flags that may follow an image; to be part of a command's `flags`. Those marked fetch belong to fetch, too. */
export const appFlags: readonly FlagSpec[] = [];

/** The flags that `fetch` accepts after an image. */
export const fetchAppFlags: readonly FlagSpec[] = [];

/**
 * Reads `[flags] IMAGE [per-app flags] [-- args… [---]] IMAGE …` (a command with `interspersed: false`).
 *
 * `flags` are those already parsed in front of the first image; pod-wide flags after an image are added to them.
 * @throws UsageFailure or RktFailure with rkt's message
 */
export function parseImageArgs(_specs: readonly FlagSpec[], _flags: Flags, _args: readonly string[]): ImageArgs {
  throw new Error('not there yet');
}
