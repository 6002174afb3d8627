/** The clock and the timers of a client, which are those of a scheduler of RxJS, or of a browser without RxJS. */
export interface Timers {
  /** In ms since 1970. */
  now(): number;
  schedule(work: () => void, delayMs: number): { unsubscribe(): void };
}
