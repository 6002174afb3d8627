import { createRoute, z } from '@hono/zod-openapi';

import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { json, routes } from '../routes/define.ts';
import { ALERT_METRICS } from './alert-rules.ts';

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

/** `GET /v1/alerts`. */
export function alertRoutes({ alerts }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(getAlerts, (c) => c.json({ alerts: [...alerts.active()], rules: [...alerts.rules()] }, 200));
  return app;
}
