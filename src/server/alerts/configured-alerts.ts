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
import { createAlertDelivery, type AlertDelivery } from './delivery/alert-delivery.ts';
import { servePlayed } from './played-alerts.ts';
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
  readonly receivers: AlertDelivery['list'];
  /** Of the receivers, in the text format of Prometheus. */
  readonly metrics: AlertDelivery['metrics'];
  /** To be called when the driver has recovered its tasks: alerts of earlier agents are compared with them. */
  recovered(): Promise<void>;
}

export interface ConfiguredAlertsDeps {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly settings: Pick<ServerSettings, 'alertsFile' | 'playedAlerts'>;
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
export async function configuredAlerts(deps: ConfiguredAlertsDeps): Promise<ConfiguredAlerts> {
  const { driver, logger, hub, reloadable, reloaded$, closing } = deps;
  let config = parseAlertConfig(reloadable().alerts);
  const { restored, history, silences, delivery } = await openParts(deps);
  const { playedAlerts } = deps.settings;
  if (playedAlerts !== undefined) {
    const played = servePlayed(playedAlerts);
    hub.provide('alerts', played.alerts$);
    return { ...played, silences, receivers: delivery.list, metrics: delivery.metrics };
  }
  // Fails before anything watches.
  delivery.open(config.receivers);
  const next = (input: unknown): AlertConfig => {
    try {
      const parsed = parseAlertConfig(input);
      delivery.use(delivery.open(parsed.receivers));
      config = parsed;
    } catch (error) {
      logger.error({ err: error }, `the alerts were not changed: ${reasonOf(error)}`);
    }
    return config;
  };
  // The first value is the configuration of now.
  const config$ = reloaded$.pipe(map((options) => next(options.alerts)));
  const labelsOf = (rule: string, taskId: string) => alertLabels(rule, taskId, taskOf(driver, taskId));
  const onAlert = (alert: Alert): void => {
    logAlert(logger, alert);
    history.add(alert);
    delivery.take(alert);
  };
  const alerts = createAlerts(driver, { config$, logger, restored, labelsOf, onAlert });
  hub.provide('alerts', alerts.alerts$);
  closing.addEventListener('abort', alerts.close, { once: true });
  return {
    active: () => alerts.active(),
    rules: () => config.rules,
    history,
    silences,
    alerts$: alerts.alerts$,
    receivers: delivery.list,
    metrics: delivery.metrics,
    async recovered() {
      alerts.recovered(await firstValueFrom(driver.tasks()));
      delivery.notifyActive();
    },
  };
}

function logAlert(logger: Logger, { id, rule, taskId, state, value }: Alert): void {
  logger.info({ id, rule, taskId, value }, state === 'raised' ? 'Alert raised' : 'Alert resolved');
}

/** What is on disk, and what delivers it. */
async function openParts({ settings, logger, closing, atClose }: ConfiguredAlertsDeps) {
  const journal = await openAlertJournal(settings.alertsFile, logger);
  const history = createAlertHistory(journal.recorded);
  const silences = createSilences(journal);
  closing.addEventListener('abort', silences.close, { once: true });
  journal.keep(() => history.active().map((alert) => documentOf(alert, Date.now())));
  const delivery = createAlertDelivery({ journal, silences, active: history.active, logger });
  silences.changed$.subscribe({
    next: delivery.notifyActive,
    error: (error: unknown) => logger.error({ err: error }, 'ends of silences are no longer noticed'),
  });
  atClose(async () => {
    await delivery.close();
    await journal.close();
  });
  const restored =
    journal.recorded === undefined ? undefined : { active: history.active(), wasRaised: history.wasRaised };
  return { restored, history, silences, delivery };
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
