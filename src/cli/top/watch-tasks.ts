import { map, merge, scan, type Observable } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { FieldGroup } from '../../model/field-groups.ts';
import { FRESH, knownUntilMs } from '../freshness.ts';
import { freshnessOf } from '../freshness-changes.ts';
import { NO_DATA, withEvent, withSamples, withTasks, type TopData } from './top-data.ts';

const GROUPS: readonly FieldGroup[] = [
  'cpu',
  'throttling',
  'memory',
  'memoryDetail',
  'limits',
  'io',
  'pids',
  'network',
];
const HOST_MS = 5_000;

/** The part of the driver that top uses. */
export type TopDriver = Pick<
  Driver,
  'tasks' | 'allTaskStats' | 'taskEvents' | 'hostStats' | 'readTaskLog' | 'connection' | 'hosts'
>;

/** All data for the views, after every change. Completes with the driver. */
export function watchTasks(
  driver: TopDriver,
  { intervalMs, nowMs }: { readonly intervalMs: number; readonly nowMs: () => number },
): Observable<TopData> {
  type Change = (data: TopData) => TopData;
  const changes$: Observable<Change> = merge(
    driver.tasks().pipe(
      map(
        (tasks): Change =>
          (data) =>
            withTasks(data, tasks),
      ),
    ),
    driver.allTaskStats({ intervalMs, groups: GROUPS }).pipe(
      map(
        (samples): Change =>
          (data) =>
            withSamples(data, samples),
      ),
    ),
    driver.taskEvents({ replay: true }).pipe(
      map(
        (event): Change =>
          (data) =>
            withEvent(data, event),
      ),
    ),
    freshnessOf(driver).pipe(map((freshness): Change => (data) => ({ ...data, freshness }))),
    driver.hostStats({ intervalMs: HOST_MS }).pipe(map((host): Change => (data) => ({ ...data, host }))),
  );
  return changes$.pipe(
    scan((data: TopData, change) => {
      const changed = change(data);
      return { ...changed, nowMs: knownUntilMs(changed.freshness ?? FRESH, nowMs()) };
    }, NO_DATA),
  );
}
