import { distinctUntilChanged, filter, map, pairwise, startWith, type Subscription } from 'rxjs';

import type { Session } from './command-session.ts';
import { freshnessOf } from './freshness-changes.ts';

/** Reports on stderr, for output that is not redrawn, when values become stale and when they are current again. */
export function reportFreshness({ driver, output, logger }: Session): Subscription {
  const changes$ = freshnessOf(driver).pipe(
    map(({ lines }) => lines.join('; ')),
    startWith(''),
    distinctUntilChanged(),
    pairwise(),
    filter(([before, now]) => before !== now),
  );
  return changes$.subscribe({
    next: ([, now]) => (now === '' ? output.notice('live again') : output.warn(now)),
    // The command itself fails with it.
    error: (error: unknown) => logger.debug({ error }, 'The connection is no longer watched'),
  });
}
