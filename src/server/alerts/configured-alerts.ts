import { map, type Observable } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { ReloadableOptions } from '../options.ts';
import type { Hub } from '../sse/sse-hub.ts';
import { parseAlertConfig, type AlertConfig, type AlertRule } from './alert-rules.ts';
import type { Alert } from './alert.ts';
import { createAlerts } from './alerts.ts';

/** The alerts of a server, by the rules of its options. */
export interface ConfiguredAlerts {
  /** Those that have begun and not ended. */
  active(): readonly Alert[];
  /** The rules of now. */
  rules(): readonly AlertRule[];
}

export interface ConfiguredAlertsDeps {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly hub: Pick<Hub, 'provide'>;
  readonly reloadable: () => ReloadableOptions;
  readonly reloaded$: Observable<ReloadableOptions>;
  readonly closing: AbortSignal;
}

/**
 * The source of the topic `alerts`. Watches from now until the server closes.
 *
 * @throws RKT_ERR_OPTIONS when the configured rules are not valid; a reload with such rules keeps those before
 */
export function configuredAlerts({
  driver,
  logger,
  hub,
  reloadable,
  reloaded$,
  closing,
}: ConfiguredAlertsDeps): ConfiguredAlerts {
  let config = parseAlertConfig(reloadable().alerts);
  const next = (input: unknown): AlertConfig => {
    try {
      config = parseAlertConfig(input);
    } catch (error) {
      logger.error({ err: error }, `the alert rules were not changed: ${reasonOf(error)}`);
    }
    return config;
  };
  // The first value is the configuration of now.
  const config$ = reloaded$.pipe(map((options) => next(options.alerts)));
  const alerts = createAlerts(driver, { config$, logger });
  hub.provide('alerts', alerts.alerts$);
  closing.addEventListener('abort', alerts.close, { once: true });
  return { active: () => alerts.active(), rules: () => config.rules };
}
