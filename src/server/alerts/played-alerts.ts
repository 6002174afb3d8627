import { map, type Observable } from 'rxjs';

import type { PlayedAlerts } from '../options.ts';
import { alertOf, createAlertHistory, type AlertHistory } from './alert-history.ts';
import type { AlertRule } from './alert-rules.ts';
import type { Alert } from './alert.ts';

/** What a server has of the alerts of a recording. */
export interface ServedAlerts {
  active(): readonly Alert[];
  rules(): readonly AlertRule[];
  readonly history: Pick<AlertHistory, 'list'>;
  readonly alerts$: Observable<Alert>;
  recovered(): Promise<void>;
}

/** The alerts of a recording as they were at the current time of the replay; no rule is evaluated. */
export function servePlayed({ recordedAlerts, recordedAlertsUntilNow }: PlayedAlerts): ServedAlerts {
  const current = (): AlertHistory => {
    const history = createAlertHistory();
    for (const alert of recordedAlertsUntilNow()) history.add(alertOf(alert));
    return history;
  };
  return {
    active: () => current().active(),
    rules: () => [],
    history: { list: (filter) => current().list(filter) },
    alerts$: recordedAlerts().pipe(map(alertOf)),
    recovered: () => Promise.resolve(),
  };
}
