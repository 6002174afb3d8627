import { fromEvent, map, startWith, type Observable } from 'rxjs';

import type { TerminalSize } from '../index.ts';

/** The size of the outer terminal: immediately, and after every change. */
export function terminalSizes(): Observable<TerminalSize> {
  return fromEvent(process.stdout, 'resize').pipe(
    startWith(undefined),
    map(() => ({ rows: process.stdout.rows, columns: process.stdout.columns })),
  );
}
