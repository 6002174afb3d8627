import { map, merge } from 'rxjs';

import { configuredAlerts } from './alerts/configured-alerts.ts';
import { createHistory } from './history/history.ts';
import { keepHistory } from './history/kept-history.ts';
import { hasOwnLogs } from './logs/driver-log.ts';
import { NO_LOG_WATCH, createLogWatch } from './logs/log-watch.ts';
import { withAlertMetrics } from './alerts/delivery/alert-metrics.ts';
import { jumpsOf } from './replay/replay-control.ts';
import type { ServerContext } from './server-context.ts';

/** Starts the history, the alerts and the watch of the logs: they miss nothing that happens before the first client asks for them. */
export async function watchFromStart(
  ctx: Omit<ServerContext, 'alerts' | 'history' | 'logs'>,
): Promise<ServerContext> {
  const { driver, logger, closing, atClose, settings } = ctx;
  // Alerts end with a jump of a replay, and begin again by what holds at its time.
  const reloaded$ = merge(ctx.reloaded$, jumpsOf(driver).pipe(map(ctx.reloadable)));
  const alerts = await configuredAlerts({ ...ctx, reloaded$ });
  const history = createHistory(driver, { logger });
  closing.addEventListener('abort', history.close, { once: true });
  const jumps = jumpsOf(driver).subscribe({
    next: history.clear,
    error: (error: unknown) => logger.error({ err: error }, 'jumps of the replay are no longer noticed'),
  });
  closing.addEventListener('abort', () => jumps.unsubscribe(), { once: true });
  const logs = hasOwnLogs(driver) ? createLogWatch(driver, { logger }) : NO_LOG_WATCH;
  closing.addEventListener('abort', logs.close, { once: true });
  if (settings.historyFile !== undefined) {
    const kept = keepHistory(driver, settings.historyFile, { history, alerts$: alerts.alerts$, logger });
    atClose(() => kept.close());
  }
  return { ...ctx, settings: withAlertMetrics(settings, alerts), alerts, history, logs };
}
