import { Observable } from 'rxjs';

import { LIVE, type Connection } from '../../model/driver-connection.ts';
import { RktError } from '../../model/rkt-error.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { RemoteLink } from './remote-link.ts';
import { resumedStream } from './resumed-stream.ts';

/**
 * Whether the agent can be reached: live when a connection stands, stale since it was lost. It is seen from a stream of
 * its own, which costs the agent next to nothing, and so holds while no other stream is read.
 *
 * @throws errors that a new connection would meet again, such as RKT_ERR_TOKEN
 */
export function connectionOf(link: RemoteLink): Observable<Connection> {
  return new Observable((subscriber) => {
    let sinceMs: number | undefined;
    const live = (): void => {
      sinceMs = undefined;
      subscriber.next(LIVE);
    };
    const lost = (error: unknown): void => {
      const isNew = sinceMs === undefined;
      sinceMs ??= link.scheduler.now();
      if (!isNew) return;
      const reason = error instanceof RktError ? error.what : reasonOf(error);
      subscriber.next(Object.freeze({ state: 'stale', sinceMs, reason }));
    };
    return resumedStream(link, { topics: ['fingerprint'] }, false, { live, lost }).subscribe({
      error: (error: unknown) => subscriber.error(error),
    });
  });
}
