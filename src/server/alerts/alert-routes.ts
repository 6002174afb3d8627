import { createRoute, z } from '@hono/zod-openapi';
import { map } from 'rxjs';

import { reasonOf } from '../../model/reason-of.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { json, routes } from '../routes/define.ts';
import { ALERT_METRICS, parseAlertConfig, type AlertConfig } from './alert-rules.ts';
import { createAlerts } from './alerts.ts';

export const alertSchema = z
  .strictObject({
    taskId: z.string(),
    rule: z.string(),
    state: z.enum(['raised', 'cleared']),
    value: z.number(),
    threshold: z.number(),
    timeMs: z.number(),
    message: z.string(),
  })
  .openapi('Alert');

const ruleSchema = z
  .strictObject({
    name: z.string(),
    metric: z.enum(ALERT_METRICS).optional(),
    raise: z.number().optional(),
    clear: z.number().optional(),
    holdMs: z.number().optional(),
    on: z.enum(['oom', 'crash']).optional(),
  })
  .openapi('AlertRule');

const getAlerts = createRoute({
  method: 'get',
  path: '/v1/alerts',
  operationId: 'listAlerts',
  summary: 'Active alerts, and the rules',
  responses: {
    200: json(
      z.strictObject({ alerts: z.array(alertSchema), rules: z.array(ruleSchema) }).openapi('AlertList'),
      'Oldest first.',
    ),
  },
});

/**
 * `GET /v1/alerts`, and the source of the topic `alerts`. Watches from now until the server closes.
 *
 * @throws RKT_ERR_OPTIONS when the configured rules are not valid; a reload with such rules keeps those before
 */
export function alertRoutes({
  driver,
  logger,
  hub,
  reloadable,
  reloaded$,
  closing,
}: ServerContext): ServerRoutes {
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
  const app = routes();
  app.openapi(getAlerts, (c) => c.json({ alerts: [...alerts.active()], rules: [...config.rules] }, 200));
  return app;
}
