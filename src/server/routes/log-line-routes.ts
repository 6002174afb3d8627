import { createRoute, z } from '@hono/zod-openapi';

import type { TaskStatus } from '../../model/task-status.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { logPath } from '../../files/log-file.ts';
import { downloadedDriverLines, downloadedLines } from '../logs/log-download.ts';
import { followDriverLines, lastDriverLines } from '../logs/driver-lines.ts';
import { hasOwnLogs } from '../logs/driver-log.ts';
import { firstLines, followLines } from '../logs/follow-lines.ts';
import { logBegins } from '../logs/log-files.ts';
import { openMergedLog } from '../logs/merged-log.ts';
import { OUTPUTS, watchLog, type WatchedLog } from '../logs/watched-log.ts';
import { logReader } from '../logs/log-reader.ts';
import { MAX_TAIL_BYTES } from './log-routes.ts';
import { FAILURES, json, routes, taskParams } from './define.ts';
import { answerStream } from './sink.ts';

const logLine = z
  .object({
    stream: z.enum(['stdout', 'stderr']),
    text: z.string().openapi({ description: 'Without the end of the line' }),
    timeMs: z.number().optional().openapi({
      description: 'When the line was complete; absent when the agent did not see it being written',
    }),
    continues: z.literal(true).optional().openapi({
      description: 'It continues the line before it of the same output',
    }),
  })
  .openapi('LogLine');

const linesFrame = z
  .object({
    lines: z.array(logLine),
    isFirst: z.literal(true).optional(),
    skippedBytes: z.number().optional().openapi({ description: 'Left out before these lines' }),
  })
  .openapi('LogLines');

const failures = { 400: FAILURES[400], 404: FAILURES[404], 409: FAILURES[409], 503: FAILURES[503] } as const;

const getLines = createRoute({
  method: 'get',
  path: '/v1/tasks/{id}/logs/lines',
  operationId: 'readTaskLogLines',
  summary: 'The last lines of both outputs, in the order in which they were written',
  request: {
    params: taskParams,
    query: z.object({
      tailBytes: z.coerce.number().int().min(0).max(MAX_TAIL_BYTES).default(65_536).openapi({
        description: 'Of each output',
      }),
      follow: z.enum(['true', 'false']).default('false').openapi({
        description: 'As server-sent events `lines`, each a LogLines, until the task ends: `ended`',
      }),
      lastEventId: z.string().max(100).optional().openapi({ description: 'As the header Last-Event-ID' }),
    }),
    headers: z.object({ 'last-event-id': z.string().max(100).optional() }),
  },
  responses: {
    ...failures,
    200: {
      description: 'Lines; or events.',
      content: { ...json(linesFrame, '').content, 'text/event-stream': { schema: z.string() } },
    },
  },
});

const getDownload = createRoute({
  method: 'get',
  path: '/v1/tasks/{id}/logs/download',
  operationId: 'downloadTaskLog',
  summary: 'The whole log as a file',
  request: {
    params: taskParams,
    query: z.object({
      stream: z.enum(['all', 'stdout', 'stderr']).default('all').openapi({
        description: 'All lines have their time and their output before them; those of one output do not',
      }),
    }),
  },
  responses: {
    ...failures,
    200: { description: 'Text', content: { 'text/plain': { schema: z.string() } } },
  },
});

/** Both outputs of a task as one log. */
export function logLineRoutes({ driver, logger, hub, logs }: ServerContext): ServerRoutes {
  const app = routes();
  const logOf = async (id: string): Promise<WatchedLog> => {
    const task = driver.inspectTask(id);
    await checkReadable(task);
    const log = logs.log(id);
    log?.measure();
    if (log !== undefined) return log;
    // Its start was not noticed yet.
    const unwatched = watchLog(task);
    unwatched.close();
    return unwatched;
  };
  app.openapi(getLines, async (c) => {
    const { tailBytes, follow, lastEventId } = c.req.valid('query');
    const { id } = c.req.valid('param');
    if (!hasOwnLogs(driver)) {
      driver.inspectTask(id);
      const how = { driver, taskId: id, tailBytes };
      if (follow === 'false') return c.json({ ...(await lastDriverLines(how)) }, 200);
      hub.readers.check(c.env.via);
      return answerStream(c, (sink) =>
        logReader({ logger, taskId: id, sink, readers: hub.readers }, (write, over) =>
          followDriverLines({ ...how, over, write }),
        ),
      );
    }
    const log = await logOf(id);
    if (follow === 'false') {
      const merged = await openMergedLog(log, await logBegins(log));
      try {
        const first = await firstLines(merged, tailBytes);
        return c.json({ ...first, lines: [...first.lines, ...merged.rest()] }, 200);
      } finally {
        await merged.close();
      }
    }
    hub.readers.check(c.env.via);
    const lastId = c.req.valid('header')['last-event-id'] ?? lastEventId;
    return answerStream(c, (sink) =>
      logReader({ driver, logger, taskId: id, sink, readers: hub.readers }, (write, over) =>
        followLines({ log, tailBytes, lastId, over, write }),
      ),
    );
  });
  app.openapi(getDownload, async (c) => {
    const { id } = c.req.valid('param');
    const { stream } = c.req.valid('query');
    if (!hasOwnLogs(driver)) driver.inspectTask(id);
    const text = hasOwnLogs(driver)
      ? downloadedLines(await logOf(id), stream)
      : downloadedDriverLines({ driver, taskId: id }, stream);
    const headers = {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': `attachment; filename="${fileName(id, stream)}"`,
    };
    return new Response(text, { headers }) as never;
  });
  return app;
}

/** At least one output is a file. @throws RKT_ERR_LOGS of the first one */
async function checkReadable(task: TaskStatus): Promise<void> {
  const found = await Promise.allSettled(OUTPUTS.map((stream) => logPath(task, stream)));
  if (found.some(({ status }) => status === 'fulfilled')) return;
  const [first] = found;
  throw first?.status === 'rejected' ? first.reason : new RktError('RKT_ERR_LOGS', `No log of ${task.id}`);
}

function fileName(id: string, stream: string): string {
  const name = id.replaceAll(/[^\w.-]+/g, '_');
  return stream === 'all' ? `${name}.log` : `${name}.${stream}.log`;
}
