import { createRoute, z } from '@hono/zod-openapi';

import { DEFAULT_FIELD_GROUPS, FIELD_GROUPS, type FieldGroup } from '../../model/field-groups.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { statsChangesSchema } from '../schemas/stats-changes-schema.ts';
import { statsFrameSchema } from '../schemas/usage-schemas.ts';
import { TOPICS, type StreamRequest } from '../sse/topics.ts';
import { FAILURES, routes } from './define.ts';
import { answerStream, type ResponseSink, type StreamContext } from './sink.ts';

const listOf = <Name extends string>(names: readonly [Name, ...Name[]]) =>
  z
    .string()
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.enum(names)).min(1));

const query = {
  intervalMs: z.coerce.number().int().min(100).max(86_400_000).default(1_000).openapi({
    description: 'Between two samples',
  }),
  groups: listOf(FIELD_GROUPS as readonly [FieldGroup, ...FieldGroup[]])
    .optional()
    .openapi({ type: 'string', description: `Of ${FIELD_GROUPS.join(', ')}, separated by commas` }),
  task: z.string().min(1).max(512).optional().openapi({ description: 'Only this task' }),
  replay: z.coerce.number().int().min(0).max(100_000).optional().openapi({
    description: 'How many of the last events to send first',
  }),
  changes: z.enum(['true', 'false']).default('false').openapi({
    description: 'Send samples as events stats-changes, the difference to those of the event before',
  }),
  lastEventId: z.string().max(100).optional().openapi({ description: 'As the header Last-Event-ID' }),
} as const;

const headers = z.object({ 'last-event-id': z.string().max(100).optional() });
const answer = {
  description: 'Server-sent events; the name of an event is its topic.',
  content: { 'text/event-stream': { schema: z.string() } },
} as const;
const failures = { 400: FAILURES[400], 404: FAILURES[404], 503: FAILURES[503] } as const;

const many = createRoute({
  method: 'get',
  path: '/v1/streams',
  operationId: 'openStreams',
  summary: 'Several topics over one connection',
  request: {
    query: z.object({
      topics: listOf(TOPICS).openapi({ type: 'string', description: `Of ${TOPICS.join(', ')}` }),
      ...query,
    }),
    headers,
  },
  responses: { ...failures, 200: answer },
});
const one = createRoute({
  method: 'get',
  path: '/v1/streams/{topic}',
  operationId: 'openStream',
  summary: 'One topic',
  request: { params: z.object({ topic: z.enum(TOPICS) }), query: z.object(query), headers },
  responses: { ...failures, 200: answer },
});

/** Server-sent events of all streams of the driver. */
export function streamRoutes({ hub }: ServerContext): ServerRoutes {
  const app = routes();
  // No answer holds it as a whole: a program that reads frames finds here what is in one.
  app.openAPIRegistry.register('StatsFrame', statsFrameSchema);
  app.openAPIRegistry.register('StatsChanges', statsChangesSchema);
  app.openapi(many, (c) => {
    const { topics, ...query } = c.req.valid('query');
    return serve(c, { topics, ...query, ...seen(c.req.valid('header'), query) });
  });
  app.openapi(one, (c) => {
    const query = c.req.valid('query');
    return serve(c, {
      topics: [c.req.valid('param').topic],
      ...query,
      ...seen(c.req.valid('header'), query),
    });
  });

  const serve = (
    c: StreamContext,
    request: Omit<StreamRequest, 'groups' | 'changes'> & {
      groups?: readonly FieldGroup[] | undefined;
      changes: 'true' | 'false';
    },
  ): Response => {
    const full = {
      ...request,
      groups: request.groups ?? DEFAULT_FIELD_GROUPS,
      changes: request.changes === 'true',
    };
    hub.check(full, c.env.via);
    const open = (sink: ResponseSink): void => sink.onGone(hub.open(full, sink, c.env.via));
    return answerStream(c, open, hub.latestEventId());
  };
  return app;
}

/** A browser that comes back names the last event it has seen in a header; others may do it in the query. */
function seen(
  header: z.output<typeof headers>,
  query: { readonly lastEventId?: string | undefined },
): { lastEventId?: string } {
  const id = header['last-event-id'] ?? query.lastEventId;
  return id === undefined ? {} : { lastEventId: id };
}
