import { createRoute, z } from '@hono/zod-openapi';

import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { FAILURES, json, routes } from '../routes/define.ts';
import { silenceInputSchema } from './silence.ts';

const silenceSchema = z
  .strictObject({
    id: z.string(),
    matchers: z
      .array(
        z
          .strictObject({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() })
          .readonly(),
      )
      .readonly(),
    startsAtMs: z.number(),
    endsAtMs: z.number(),
    createdBy: z.string(),
    comment: z.string(),
    state: z.enum(['pending', 'active', 'expired']),
  })
  .openapi('Silence');

const list = createRoute({
  method: 'get',
  path: '/v1/silences',
  operationId: 'listSilences',
  summary: 'Silences: active ones, later ones, and those that have ended in the last five days',
  responses: {
    200: json(
      z.strictObject({ silences: z.array(silenceSchema) }).openapi('SilenceList'),
      'Active ones first.',
    ),
  },
});

const create = createRoute({
  method: 'post',
  path: '/v1/silences',
  operationId: 'createSilence',
  summary: 'Deliver no alerts that match, for a time',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: silenceInputSchema.meta({ id: 'SilenceInput' }) } },
    },
  },
  responses: {
    201: json(silenceSchema, 'The silence.'),
    400: FAILURES[400],
    401: FAILURES[401],
  },
});

const expire = createRoute({
  method: 'delete',
  path: '/v1/silences/{id}',
  operationId: 'expireSilence',
  summary: 'End a silence now',
  request: { params: z.object({ id: z.string().min(1).max(64) }) },
  responses: {
    200: json(silenceSchema, 'The silence, which has ended.'),
    401: FAILURES[401],
    404: { ...FAILURES[404], description: 'There is no such silence.' },
  },
});

/** `/v1/silences`. */
export function silenceRoutes({ alerts: { silences } }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(list, (c) => c.json({ silences: [...silences.list()] }, 200));
  app.openapi(create, async (c) => c.json(await silences.create(c.req.valid('json')), 201));
  app.openapi(expire, async (c) => c.json(await silences.expire(c.req.valid('param').id), 200));
  return app;
}
