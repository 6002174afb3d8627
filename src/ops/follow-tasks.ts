import { EMPTY, auditTime, concatMap, filter, from, merge, of, type Observable } from 'rxjs';

import { watchDirectory } from '../sources/directory-watch.ts';
import type { OpsContext } from './context.ts';
import { recoverAll, type Recovery } from './recover-all.ts';

/** Several drivers write at once when they start; one look takes it all. */
const SETTLE_MS = 50;

/**
 * Recovers all tasks of the data directory now, and again whenever another driver has started or destroyed one.
 *
 * Cold: each subscriber watches for itself. Completes at shutdown, and at once after it.
 */
export function followTasks(ctx: OpsContext): Observable<Recovery> {
  if (ctx.shutdown.aborted) return EMPTY;
  const changed$ = watchDirectory(ctx.store.directory).pipe(
    filter((name) => !name.endsWith('.tmp')),
    auditTime(SETTLE_MS, ctx.scheduler),
  );
  return merge(of(undefined), changed$).pipe(concatMap(() => from(recoverAll(ctx))));
}
