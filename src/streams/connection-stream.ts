import { NEVER, concat, endWith, of, type Observable } from 'rxjs';

import { CLOSED, LIVE, type Connection } from '../model/driver-connection.ts';
import { takeUntilAbort } from './operators/take-until-abort.ts';

/** The connection of a driver to its own machine: live until the shutdown. */
export function connection(shutdown: AbortSignal): Observable<Connection> {
  return concat(of(LIVE), NEVER).pipe(takeUntilAbort(shutdown), endWith(CLOSED));
}
