import { EMPTY, catchError, combineLatest, map, of, startWith, type Observable } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import { freshness, type Freshness } from './freshness.ts';

/** Immediately, and after every change. */
export function freshnessOf(driver: Pick<Driver, 'connection' | 'hosts'>): Observable<Freshness> {
  const hosts$ = driver.hosts?.() ?? EMPTY;
  return combineLatest([
    driver.connection(),
    // An agent of an earlier version has no list of hosts.
    hosts$.pipe(
      catchError(() => of([])),
      startWith([]),
    ),
  ]).pipe(map(([connection, hosts]) => freshness(connection, hosts)));
}
