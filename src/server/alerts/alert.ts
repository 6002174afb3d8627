/** One alert that begins or ends. */
export interface Alert {
  readonly taskId: string;
  /** The name of the rule. */
  readonly rule: string;
  readonly state: 'raised' | 'cleared';
  /** What was measured: cores, bytes, a ratio, or the exit code. */
  readonly value: number;
  readonly threshold: number;
  readonly timeMs: number;
  /** For people. */
  readonly message: string;
}
