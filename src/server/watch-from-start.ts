import { configuredAlerts } from './alerts/configured-alerts.ts';
import { createHistory } from './history/history.ts';
import { keepHistory } from './history/kept-history.ts';
import type { ServerContext } from './server-context.ts';

/** Starts the history and the alerts: they miss nothing that happens before the first client asks for them. */
export function watchFromStart(ctx: Omit<ServerContext, 'alerts' | 'history'>): ServerContext {
  const { driver, logger, closing, atClose, settings } = ctx;
  const alerts = configuredAlerts(ctx);
  const history = createHistory(driver, { logger });
  closing.addEventListener('abort', history.close, { once: true });
  if (settings.historyFile !== undefined) {
    const kept = keepHistory(driver, settings.historyFile, { history, logger });
    atClose(() => kept.close());
  }
  return { ...ctx, alerts, history };
}
