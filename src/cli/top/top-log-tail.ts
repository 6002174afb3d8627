import {
  distinctUntilChanged,
  exhaustMap,
  of,
  switchMap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import { reasonOf } from '../../model/reason-of.ts';
import { NotRegularError } from '../../files/regular-file.ts';
import { readFileEnd } from '../../server/logs/log-file.ts';
import { NO_LOG, tailLines, type LogTail } from './log-view.ts';

const TAIL_BYTES = 64 * 1024;
const READ_MS = 1_000;

/** The end of a file, read repeatedly while subscribed; another path starts anew, and no path reads nothing. */
export function logTail(
  path$: Observable<string | undefined>,
  scheduler?: SchedulerLike,
): Observable<LogTail> {
  return path$.pipe(
    distinctUntilChanged(),
    switchMap((path) => {
      if (path === undefined) return of(NO_LOG);
      return timer(0, READ_MS, scheduler).pipe(exhaustMap(() => readTail(path)));
    }),
  );
}

async function readTail(path: string): Promise<LogTail> {
  try {
    return await readEnd(path);
  } catch (error) {
    if (error instanceof NotRegularError && error.isPipe)
      return {
        kind: 'none',
        reason: 'The output goes to a pipe and is available only to the reader of that pipe.',
      };
    return { kind: 'none', reason: `The output cannot be read: ${reasonOf(error)}` };
  }
}

async function readEnd(path: string): Promise<LogTail> {
  const { bytes, isWhole } = await readFileEnd(path, TAIL_BYTES);
  return { kind: 'lines', lines: tailLines(bytes, isWhole) };
}
