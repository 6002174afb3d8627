import { createRoute, z } from '@hono/zod-openapi';
import { timeout, type Observable } from 'rxjs';

import { RktError } from '../../model/rkt-error.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { hostsOf } from '../sse/topic-sources.ts';
import { presentValue } from '../present-value.ts';
import {
  fingerprintSchema,
  hostSchema,
  hostsSchema,
  podsSchema,
  samplingSchema,
} from '../schemas/machine-schemas.ts';
import { FAILURES, json, routes } from './define.ts';

const healthSchema = z.strictObject({ status: z.literal('ok') }).openapi('Health');
const readySchema = z
  .strictObject({ ready: z.boolean(), health: fingerprintSchema.shape.health, description: z.string() })
  .openapi('Readiness');
const versionSchema = z
  .strictObject({
    version: z.string(),
    node: z.string(),
    pid: z.number().int(),
    startedAtMs: z.number(),
    hub: z.strictObject({
      clients: z.number(),
      channels: z.number(),
      droppedFrames: z.number(),
      cutOffClients: z.number(),
    }),
  })
  .openapi('Version');

const get = <Path extends string, Schema extends z.ZodType>(
  path: Path,
  operationId: string,
  summary: string,
  schema: Schema,
) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    summary,
    responses: { 200: json(schema, summary), 500: FAILURES[500], 503: FAILURES[503] },
  });

const ROUTES = {
  health: get('/v1/health', 'isAlive', 'The agent responds', healthSchema),
  version: get('/v1/version', 'readVersion', 'Versions of the agent and of rkt', versionSchema),
  pods: get('/v1/pods', 'listPods', 'All pods of rkt, including those of other users of rkt', podsSchema),
  fingerprint: get(
    '/v1/fingerprint',
    'readFingerprint',
    'Health and attributes of the driver',
    fingerprintSchema,
  ),
  host: get('/v1/host', 'readHost', 'CPU, memory and disks of the machine', hostSchema),
  hosts: get('/v1/hosts', 'listHosts', 'The hosts of a fleet; none of one machine', hostsSchema),
  sampling: get('/v1/sampling', 'readSampling', 'Statistics of the sampling', samplingSchema),
} as const;

const ready = createRoute({
  method: 'get',
  path: '/v1/ready',
  operationId: 'isReady',
  summary: 'Whether tasks can be started',
  responses: { 200: json(readySchema, 'They can.'), 503: json(readySchema, 'They cannot.') },
});

/** What does not depend on one task. */
export function machineRoutes({ driver, version, settings, hub }: ServerContext): ServerRoutes {
  const app = routes();
  const startedAtMs = Date.now();
  const first = <T>(what: string, source$: Observable<T>): Promise<T> =>
    presentValue(source$.pipe(timeout({ first: settings.limits.answerTimeoutMs }))).catch(
      (cause: unknown) => {
        if ((cause as Error).name !== 'TimeoutError') throw cause;
        throw new RktError('RKT_ERR_AGENT_BUSY', `There is no ${what} yet`, { cause });
      },
    );
  app.openapi(ROUTES.health, (c) => c.json({ status: 'ok' as const }, 200));
  app.openapi(ROUTES.version, (c) =>
    c.json({ version, node: process.version, pid: process.pid, startedAtMs, hub: { ...hub.stats() } }, 200),
  );
  app.openapi(ROUTES.pods, async (c) =>
    c.json({ pods: [...(await first('list of pods', driver.pods()))] }, 200),
  );
  app.openapi(ROUTES.hosts, async (c) => {
    const { hosts } = await first('list of hosts', hostsOf(driver));
    return c.json(
      { hosts: hosts.map(({ host, connection }) => ({ host, connection: { ...connection } })) },
      200,
    );
  });
  app.openapi(ROUTES.fingerprint, async (c) => {
    const { attributes, ...rest } = await first('fingerprint', driver.fingerprint());
    return c.json({ ...rest, attributes: { ...attributes } }, 200);
  });
  app.openapi(ROUTES.host, async (c) => {
    const { disks, ...rest } = await first('metric of the machine', driver.hostStats());
    return c.json({ ...rest, disks: [...disks] }, 200);
  });
  app.openapi(ROUTES.sampling, async (c) =>
    c.json(await first('metric of the sampling', driver.samplingStats()), 200),
  );
  app.openapi(ready, async (c) => {
    const { health, description } = await first('fingerprint', driver.fingerprint());
    return c.json({ ready: health === 'healthy', health, description }, health === 'healthy' ? 200 : 503);
  });
  return app;
}
