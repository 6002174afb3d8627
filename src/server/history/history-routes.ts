import { createRoute, z } from '@hono/zod-openapi';

import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { FAILURES, json, routes } from '../routes/define.ts';
import { TASK_SERIES } from './task-series.ts';
import type { HistoryColumns } from './history.ts';
import { FINE, COARSE } from './two-rings.ts';

const column = z.array(z.number().nullable()).readonly();

const historySchema = z
  .strictObject({
    taskId: z.string().optional(),
    resolution: z.enum(['fine', 'coarse']),
    stepMs: z.number(),
    timeMs: z.array(z.number()).readonly(),
    series: z.record(z.string(), column),
  })
  .openapi('History');

const getHistory = createRoute({
  method: 'get',
  path: '/v1/history',
  operationId: 'readHistory',
  summary: 'History of the metrics of a task or of the machine',
  request: {
    query: z.object({
      task: z.string().min(1).max(512).optional().openapi({ description: 'The machine when absent' }),
      resolution: z.enum(['fine', 'coarse']).default('fine').openapi({
        description: 'fine: the last hour; coarse: the last day',
      }),
    }),
  },
  responses: {
    200: json(historySchema, 'Columns of the same length, oldest first.'),
    400: FAILURES[400],
    404: FAILURES[404],
  },
});

const recentSchema = z
  .strictObject({
    stepMs: z.number(),
    timeMs: z.array(z.number()).readonly(),
    host: z.strictObject({ cpuRatio: column, memoryUsedBytes: column, load1: column }),
    tasks: z.record(z.string(), z.strictObject({ cpuCores: column, workingSetBytes: column })),
  })
  .openapi('RecentHistory');

const getRecent = createRoute({
  method: 'get',
  path: '/v1/history/recent',
  operationId: 'readRecentHistory',
  summary: 'The last minutes of all tasks and of the machine, on one time grid',
  request: {
    query: z.object({
      windowMs: z.coerce.number().int().min(10_000).max(3_600_000).default(300_000).openapi({
        description: 'How far back, in ms',
      }),
    }),
  },
  responses: {
    200: json(recentSchema, 'Columns of the same length, oldest first. CPU in cores, memory in bytes.'),
    400: FAILURES[400],
  },
});

/** `GET /v1/history` and `/v1/history/recent`. */
export function historyRoutes({ driver, history }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(getHistory, (c) => {
    const { task, resolution } = c.req.valid('query');
    return c.json(task === undefined ? history.host(resolution) : taskHistory(task, resolution), 200);
  });

  app.openapi(getRecent, (c) => c.json(history.recent(Date.now(), c.req.valid('query').windowMs), 200));

  const taskHistory = (taskId: string, resolution: 'fine' | 'coarse'): HistoryColumns => {
    const found = history.task(taskId, resolution);
    if (found !== undefined) return found;
    // Throws for an unknown task; one that was just started has no history yet.
    driver.inspectTask(taskId);
    const { stepMs } = resolution === 'fine' ? FINE : COARSE;
    const series = Object.fromEntries(TASK_SERIES.map((name) => [name, []]));
    return { taskId, resolution, stepMs, timeMs: [], series };
  };
  return app;
}
