/** What can be left of a task, in the order in which it is removed. */
export const REMAIN_KINDS = [
  'state-file',
  'shim',
  'cgroup',
  'pod',
  'mount',
  'network-namespace',
  'task-directory',
  'exit-file',
  'socket',
] as const;

export type RemainKind = (typeof REMAIN_KINDS)[number];

/** Something that belongs to no task of the data directory. */
export interface AuditFinding {
  readonly kind: RemainKind;
  /** An absolute path, the UUID of a pod, or a pid. */
  readonly what: string;
  /** Why it belongs to no task. */
  readonly why: string;
  /** The start that made it; absent where it does not say so. */
  readonly startToken?: string;
  /** `found` when nothing was to be removed; `left` when it could not be, and `error` says why. */
  readonly outcome: 'found' | 'removed' | 'left';
  readonly error?: string;
}

/** What an audit has found. */
export interface AuditReport {
  /** In the order of {@link REMAIN_KINDS}. */
  readonly findings: readonly AuditFinding[];
  /** What could not be looked at, and why: nothing is known of it. */
  readonly unchecked: readonly { readonly what: string; readonly reason: string }[];
}

export interface AuditOptions {
  /** Remove what is found. Default false: nothing is changed. */
  readonly fix?: boolean;
}
