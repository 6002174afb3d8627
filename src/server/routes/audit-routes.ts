import { createRoute, z } from '@hono/zod-openapi';

import { REMAIN_KINDS, type AuditReport } from '../../model/audit.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { FAILURES, json, routes } from './define.ts';

const auditSchema = z
  .strictObject({
    findings: z.array(
      z.strictObject({
        kind: z.enum(REMAIN_KINDS),
        what: z.string(),
        why: z.string(),
        startToken: z.string().optional(),
        outcome: z.enum(['found', 'removed', 'left']),
        error: z.string().optional(),
      }),
    ),
    unchecked: z.array(z.strictObject({ what: z.string(), reason: z.string() })),
  })
  .openapi('Audit');

const audit = <Method extends 'get' | 'post'>(method: Method, operationId: string, summary: string) =>
  createRoute({
    method,
    path: '/v1/audit',
    operationId,
    summary,
    responses: {
      200: json(auditSchema, 'Leftovers that belong to no task, and what could not be checked'),
      401: FAILURES[401],
      500: FAILURES[500],
      503: FAILURES[503],
    },
  });

/** What belongs to no task: a GET changes nothing, a POST removes it. */
export function auditRoutes({ driver }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(audit('get', 'findLeftovers', 'Find leftovers that belong to no task'), async (c) =>
    c.json(bodyOf(await driver.audit()), 200),
  );
  app.openapi(audit('post', 'removeLeftovers', 'Remove leftovers that belong to no task'), async (c) =>
    c.json(bodyOf(await driver.audit({ fix: true })), 200),
  );
  return app;
}

function bodyOf({ findings, unchecked }: AuditReport): z.output<typeof auditSchema> {
  return { findings: [...findings], unchecked: [...unchecked] };
}
