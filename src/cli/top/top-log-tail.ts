import {
  distinctUntilChanged,
  exhaustMap,
  of,
  switchMap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { OutputStream } from '../../model/task-log.ts';
import { NO_LOG, tailLines, type LogTail } from './log-view.ts';

const TAIL_BYTES = 64 * 1024;
const READ_MS = 1_000;

/** The output whose end is shown. */
export interface ShownOutput {
  readonly taskId: string;
  readonly stream: OutputStream;
}

/** Reads the end of an output. */
export type ReadLogTail = (output: ShownOutput) => Promise<LogTail>;

/** The end of an output, read repeatedly while subscribed; another output starts anew, and none reads nothing. */
export function logTail(
  read: ReadLogTail,
  output$: Observable<ShownOutput | undefined>,
  scheduler?: SchedulerLike,
): Observable<LogTail> {
  return output$.pipe(
    distinctUntilChanged((a, b) => a?.taskId === b?.taskId && a?.stream === b?.stream),
    switchMap((output) => {
      if (output === undefined) return of(NO_LOG);
      return timer(0, READ_MS, scheduler).pipe(exhaustMap(() => read(output)));
    }),
  );
}

/** Reads with a driver, which may be that of another machine. */
export function readLogTail(driver: Pick<Driver, 'readTaskLog'>): ReadLogTail {
  return async ({ taskId, stream }) => {
    const chunks: Uint8Array[] = [];
    const write = (bytes: Uint8Array): Promise<void> => {
      chunks.push(Uint8Array.from(bytes));
      return Promise.resolve();
    };
    try {
      await driver.readTaskLog(taskId, {
        streams: [stream],
        tailBytes: TAIL_BYTES,
        write: ({ bytes }) => write(bytes),
      });
      return { kind: 'lines', lines: tailLines(Buffer.concat(chunks)) };
    } catch (error) {
      const why = error instanceof RktError ? error.what : reasonOf(error);
      return { kind: 'none', reason: `The output cannot be read: ${why}` };
    }
  };
}
