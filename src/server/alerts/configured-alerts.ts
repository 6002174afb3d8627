import { firstValueFrom, map, type Observable } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { RecordedDocument } from '../../drivers/recorded/recorded-document.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { ReloadableOptions, ServerSettings } from '../options.ts';
import type { Hub } from '../sse/sse-hub.ts';
import { createAlertHistory, type AlertHistory } from './alert-history.ts';
import { openAlertJournal } from './alert-journal.ts';
import { alertLabels } from './alert-labels.ts';
import { parseAlertConfig, type AlertConfig, type AlertRule } from './alert-rules.ts';
import type { Alert } from './alert.ts';
import { createAlerts } from './alerts.ts';
import { createSilences, type Silences } from './silences.ts';

/** The alerts of a server, by the rules of its options. */
export interface ConfiguredAlerts {
  /** Those that have begun and not ended. */
  active(): readonly Alert[];
  /** The rules of now. */
  rules(): readonly AlertRule[];
  readonly history: Pick<AlertHistory, 'list'>;
  readonly silences: Silences;
  /** Alerts that begin and end from now on. */
  readonly alerts$: Observable<Alert>;
  /** To be called when the driver has recovered its tasks: alerts of earlier agents are compared with them. */
  recovered(): Promise<void>;
}

export interface ConfiguredAlertsDeps {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly settings: Pick<ServerSettings, 'alertsFile'>;
  readonly hub: Pick<Hub, 'provide'>;
  readonly reloadable: () => ReloadableOptions;
  readonly reloaded$: Observable<ReloadableOptions>;
  readonly closing: AbortSignal;
  readonly atClose: (close: () => Promise<void>) => void;
}

/**
 * The source of the topic `alerts`. Watches from now until the server closes.
 *
 * @throws RKT_ERR_OPTIONS when the configured rules are not valid; a reload with such rules keeps those before
 */
export async function configuredAlerts({
  driver,
  logger,
  settings,
  hub,
  reloadable,
  reloaded$,
  closing,
  atClose,
}: ConfiguredAlertsDeps): Promise<ConfiguredAlerts> {
  let config = parseAlertConfig(reloadable().alerts);
  const next = (input: unknown): AlertConfig => {
    try {
      config = parseAlertConfig(input);
    } catch (error) {
      logger.error({ err: error }, `the alert rules were not changed: ${reasonOf(error)}`);
    }
    return config;
  };
  const journal = await openAlertJournal(settings.alertsFile, logger);
  atClose(journal.close);
  const history = createAlertHistory(journal.recorded);
  const silences = createSilences(journal);
  const restored =
    journal.recorded === undefined ? undefined : { active: history.active(), wasRaised: history.wasRaised };
  // The first value is the configuration of now.
  const config$ = reloaded$.pipe(map((options) => next(options.alerts)));
  const labelsOf = (rule: string, taskId: string) => alertLabels(rule, taskId, taskOf(driver, taskId));
  const onAlert = (alert: Alert): void => {
    history.add(alert);
    void journal.append([documentOf(alert, alert.timeMs)]);
  };
  const alerts = createAlerts(driver, { config$, logger, restored, labelsOf, onAlert });
  journal.keep(() => history.active().map((alert) => documentOf(alert, Date.now())));
  hub.provide('alerts', alerts.alerts$);
  closing.addEventListener('abort', alerts.close, { once: true });
  closing.addEventListener('abort', silences.close, { once: true });
  return {
    active: () => alerts.active(),
    rules: () => config.rules,
    history,
    silences,
    alerts$: alerts.alerts$,
    recovered: async () => alerts.recovered(await firstValueFrom(driver.tasks())),
  };
}

function documentOf(value: Alert, timeMs: number): RecordedDocument {
  return { kind: 'alert', timeMs, value };
}

/** Undefined for a task that is gone. */
function taskOf(driver: Pick<Driver, 'inspectTask'>, taskId: string): TaskStatus | undefined {
  try {
    return driver.inspectTask(taskId);
  } catch {
    return undefined;
  }
}
