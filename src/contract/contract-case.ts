import { firstValueFrom, lastValueFrom, map, raceWith, timeout, timer, toArray, type Observable } from 'rxjs';

import type { Driver } from '../driver-interface.ts';

/** What an implementation provides for one case of the contract. */
export interface ContractEnvironment {
  /** Not used before, and not shared with another case. */
  readonly driver: Driver;
  /**
   * Id of a task that runs, and is sampled. Its image has /bin/sh and the usual tools, where the driver can run commands in it, and it
   * has written the lines `first` and `second` to its standard output, where the driver reads logs.
   */
  readonly running: string;
  /** Id of a task that has exited by itself with code 3. */
  readonly exited: string;
  /** Makes the running task exit with code 0: without the driver, as the app itself would. */
  readonly endRunning: () => Promise<void>;
  /** Removes what the case has left. The case has shut the driver down or not. */
  readonly close: () => Promise<void>;
}

/** One obligation of a driver. `run` rejects when the driver does not meet it. */
export interface ContractCase {
  /** Subject: what it owes. */
  readonly title: string;
  readonly run: (environment: ContractEnvironment) => Promise<void>;
}

/** Longer than any driver takes on a busy machine; no case is decided by the time that it takes. */
const PATIENCE_MS = 60_000;

/** The first value; rejects if none comes. */
export function firstOf<T>(values$: Observable<T>): Promise<T> {
  return firstValueFrom(values$.pipe(timeout({ first: PATIENCE_MS })));
}

/** Resolves when the stream has completed, with its values; rejects with its error. */
export function allOf<T>(values$: Observable<T>): Promise<readonly T[]> {
  const late$ = timer(PATIENCE_MS).pipe(
    map(() => {
      throw new Error(`not completed within ${PATIENCE_MS} ms`);
    }),
  );
  return lastValueFrom(values$.pipe(toArray(), raceWith(late$)));
}
