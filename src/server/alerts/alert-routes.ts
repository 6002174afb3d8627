import { createRoute, z } from '@hono/zod-openapi';

import { alertFields } from '../../model/alert-fields.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { FAILURES, json, routes } from '../routes/define.ts';
import { ALERT_METRICS } from './alert-rules.ts';

const shownFields = { ...alertFields, labels: alertFields.labels.readonly() };

const activeAlertSchema = z
  .strictObject({
    ...shownFields,
    timeMs: z.number(),
    silencedBy: z.array(z.string()).readonly().optional().openapi({ description: 'Ids of active silences' }),
  })
  .openapi('ActiveAlert');

const pastAlertSchema = z
  .strictObject({ ...shownFields, clearedAtMs: z.number().optional() })
  .openapi('PastAlert');

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
      z.strictObject({ alerts: z.array(activeAlertSchema), rules: z.array(ruleSchema) }).openapi('AlertList'),
      'Oldest first.',
    ),
  },
});

const getHistory = createRoute({
  method: 'get',
  path: '/v1/alerts/history',
  operationId: 'listPastAlerts',
  summary: 'Alerts from their begin to their end, active ones included',
  request: {
    query: z.object({
      task: z.string().min(1).max(512).optional().openapi({ description: 'Id of a task; all when absent' }),
      sinceMs: z.coerce.number().nonnegative().optional().openapi({
        description: 'Only those that were active at this time or later, in ms since 1970',
      }),
      limit: z.coerce.number().int().min(1).max(2_000).default(200),
    }),
  },
  responses: {
    200: json(z.strictObject({ alerts: z.array(pastAlertSchema) }).openapi('PastAlertList'), 'Newest first.'),
    400: FAILURES[400],
  },
});

const receiverSchema = z
  .strictObject({
    name: z.string(),
    type: z.enum(['webhook', 'alertmanager', 'command']),
    pending: z.number(),
    delivered: z.number(),
    failed: z.number(),
    dropped: z.number(),
    lastFailure: z.string().optional(),
  })
  .openapi('AlertReceiver');

const getReceivers = createRoute({
  method: 'get',
  path: '/v1/alerts/receivers',
  operationId: 'listAlertReceivers',
  summary: 'Where alerts are delivered, and with what success',
  responses: {
    200: json(
      z.strictObject({ receivers: z.array(receiverSchema) }).openapi('AlertReceiverList'),
      'In the order of the configuration.',
    ),
  },
});

/** `GET /v1/alerts`, `/v1/alerts/history` and `/v1/alerts/receivers`. */
export function alertRoutes({ alerts }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(getAlerts, (c) => {
    const active = alerts.active().map((alert) => {
      const silencedBy = alerts.silences.silencedBy(alert.labels);
      return silencedBy.length === 0 ? alert : { ...alert, silencedBy };
    });
    return c.json({ alerts: active, rules: [...alerts.rules()] }, 200);
  });
  app.openapi(getHistory, (c) => {
    const { task: taskId, sinceMs, limit } = c.req.valid('query');
    return c.json({ alerts: [...alerts.history.list({ taskId, sinceMs, limit })] }, 200);
  });
  app.openapi(getReceivers, (c) => c.json({ receivers: [...alerts.receivers()] }, 200));
  return app;
}
