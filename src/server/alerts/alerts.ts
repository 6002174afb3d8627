import {
  Subject,
  asyncScheduler,
  connect,
  distinctUntilChanged,
  map,
  merge,
  switchMap,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { silentLogger, type Logger } from '../../model/logger.ts';
import { HISTORY_GROUPS } from '../history/history.ts';
import type { AlertConfig } from './alert-rules.ts';
import type { Alert } from './alert.ts';
import {
  createAlertState,
  raiseAlerts,
  type AlertInput,
  type AlertStateOptions,
  type RecoveredTask,
} from './raise-alerts.ts';

/** Watches all tasks against the rules. */
export interface Alerts {
  /** Alerts that begin and end from now on. Hot; completes when the driver is shut down or the alerts are closed. */
  readonly alerts$: Observable<Alert>;
  /** Those that have begun and not ended. */
  active(): readonly Alert[];
  /** Compares what earlier agents have recorded with the tasks, all of which the driver has recovered by now. */
  recovered(tasks: readonly RecoveredTask[]): void;
  readonly close: () => void;
}

export interface AlertsOptions extends AlertStateOptions {
  /** Now, and whenever it changes: alerts of the rules before end then, and what still holds begins again. */
  readonly config$: Observable<AlertConfig>;
  /** Gets every alert, those of the first moment as well. */
  readonly onAlert?: (alert: Alert) => void;
  readonly scheduler?: SchedulerLike;
  readonly logger?: Logger;
}

export function createAlerts(
  driver: Pick<Driver, 'allTaskStats' | 'taskEvents' | 'tasks'>,
  { config$, onAlert, scheduler = asyncScheduler, logger = silentLogger, ...options }: AlertsOptions,
): Alerts {
  const state = createAlertState(scheduler, options);
  const alertsSubject = new Subject<Alert>();
  const report = (alert: Alert): void => {
    onAlert?.(alert);
    alertsSubject.next(alert);
  };
  const configured = (shared$: Observable<AlertConfig>): Observable<AlertInput> =>
    merge(
      // The rules come first: samples of a new interval are for new rules.
      shared$.pipe(map(({ rules }): AlertInput => ({ kind: 'rules', rules }))),
      shared$.pipe(
        map(({ intervalMs }) => intervalMs),
        distinctUntilChanged(),
        switchMap((intervalMs) => driver.allTaskStats({ intervalMs, groups: HISTORY_GROUPS })),
        map((samples): AlertInput => ({ kind: 'samples', samples })),
      ),
    );
  const following = merge(
    config$.pipe(connect(configured)),
    driver.taskEvents().pipe(map((event): AlertInput => ({ kind: 'event', event }))),
    driver.tasks().pipe(map((tasks): AlertInput => ({ kind: 'tasks', taskIds: tasks.map(({ id }) => id) }))),
  )
    .pipe(raiseAlerts(() => state))
    .subscribe({
      next: report,
      error(error: unknown) {
        logger.error({ err: error }, 'alerts are no longer evaluated');
        alertsSubject.complete();
      },
      complete: () => alertsSubject.complete(),
    });
  return {
    alerts$: alertsSubject.asObservable(),
    active: state.active,
    recovered: (tasks) => state.take({ kind: 'recovered', tasks }).forEach(report),
    close() {
      following.unsubscribe();
      alertsSubject.complete();
    },
  };
}
