import { StringDecoder } from 'node:string_decoder';

import { createRoute, z } from '@hono/zod-openapi';

import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { followFile } from '../../files/follow-file.ts';
import { logPath, readFileEnd } from '../../files/log-file.ts';
import { hasOwnLogs, lastDriverBytes, readDriverBytes } from '../logs/driver-log.ts';
import { logReader } from '../logs/log-reader.ts';
import { frame } from '../sse/sse-frame.ts';
import { FAILURES, routes, taskParams } from './define.ts';
import { answerStream } from './sink.ts';

export const MAX_TAIL_BYTES = 1_048_576;

const getLogs = createRoute({
  method: 'get',
  path: '/v1/tasks/{id}/logs',
  operationId: 'readTaskLogs',
  summary: 'The end of what a task has written',
  request: {
    params: taskParams,
    query: z.object({
      stream: z.enum(['stdout', 'stderr']).default('stdout'),
      tailBytes: z.coerce.number().int().min(0).max(MAX_TAIL_BYTES).default(65_536),
      follow: z.enum(['true', 'false']).default('false').openapi({
        description: 'As server-sent events `log`, with {stream, text}, until the task ends: `ended`',
      }),
    }),
  },
  responses: {
    200: {
      description: 'Text; or events.',
      content: { 'text/plain': { schema: z.string() }, 'text/event-stream': { schema: z.string() } },
    },
    400: FAILURES[400],
    404: FAILURES[404],
    409: FAILURES[409],
    503: FAILURES[503],
  },
});

/** Reads only the files that the driver itself names: no path comes from a client. */
export function logRoutes({ driver, logger, hub }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(getLogs, async (c) => {
    const { stream, tailBytes, follow } = c.req.valid('query');
    const { id } = c.req.valid('param');
    const status = driver.inspectTask(id);
    const isOwn = hasOwnLogs(driver);
    const elsewhere = { driver, taskId: id, stream, tailBytes };
    const end = isOwn ? await readFileEnd(await logPath(status, stream), tailBytes) : undefined;
    if (follow === 'false') {
      const bytes = end?.bytes ?? (await lastDriverBytes(elsewhere));
      return c.body(new Uint8Array(bytes), 200, { 'Content-Type': 'text/plain; charset=utf-8' });
    }
    hub.readers.check(c.env.via);
    const reader = { logger, taskId: id, readers: hub.readers, ...(isOwn && { driver }) };
    return answerStream(c, (sink) =>
      logReader({ ...reader, sink }, async (write, over) => {
        const decoder = new StringDecoder('utf8');
        const send = async (bytes: Buffer): Promise<void> => {
          const text = decoder.write(bytes);
          if (text !== '') await write(frame('log', { stream, text }));
        };
        if (end === undefined) return readDriverBytes({ ...elsewhere, follow: true, over }, send);
        await send(end.bytes);
        await followFile(await logPath(status, stream), send, over, end.endsAt);
      }),
    );
  });
  return app;
}
