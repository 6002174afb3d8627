/** An alert as an agent raised or cleared it. */
export interface RecordedAlert {
  readonly taskId: string;
  /** The name of the rule. */
  readonly rule: string;
  readonly state: 'raised' | 'cleared';
  readonly value: number;
  readonly threshold: number;
  readonly timeMs: number;
  readonly message: string;
}
