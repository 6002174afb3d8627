/** One alert that begins or ends. */
export interface Alert {
  /** The same when it begins and when it ends, and in every run of the agent. */
  readonly id: string;
  readonly taskId: string;
  /** The name of the rule. */
  readonly rule: string;
  readonly state: 'raised' | 'cleared';
  /** What was measured: cores, bytes, a ratio, or the exit code. */
  readonly value: number;
  readonly threshold: number;
  /** When it began, or ended. */
  readonly timeMs: number;
  readonly raisedAtMs: number;
  /** What silences and receivers match: `alertname`, `task_id`, `task`, `job`, `task_group`, `alloc_id`, `instance`. */
  readonly labels: Readonly<Record<string, string>>;
  /** For people. */
  readonly message: string;
}
