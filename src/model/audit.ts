/** The kinds of leftovers of a task, in the order of their removal. */
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

/** A leftover that belongs to no task of the data directory. */
export interface AuditFinding {
  readonly kind: RemainKind;
  /** An absolute path, the UUID of a pod, or a pid. */
  readonly what: string;
  /** Why it belongs to no task. */
  readonly why: string;
  /** The start that created it; absent if it does not say so. */
  readonly startToken?: string;
  /** `found` without `fix`; `left` when it could not be removed, with the reason in `error`. */
  readonly outcome: 'found' | 'removed' | 'left';
  readonly error?: string;
}

/** The result of an audit. */
export interface AuditReport {
  /** In the order of `REMAIN_KINDS`. */
  readonly findings: readonly AuditFinding[];
  /** What could not be checked, and why. */
  readonly unchecked: readonly { readonly what: string; readonly reason: string }[];
}

export interface AuditOptions {
  /** Remove what is found. Default false: nothing is changed. */
  readonly fix?: boolean;
}
