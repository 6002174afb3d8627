import { createRoute, z } from '@hono/zod-openapi';

import type { TaskLogOptions } from '../../model/task-log.ts';
import { RktError } from '../../model/rkt-error.ts';
import { errorAnswer } from '../error-body.ts';
import { logReader } from '../logs/log-reader.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { frame } from '../sse/sse-frame.ts';
import { FAILURES, routes, taskParams } from './define.ts';
import { MAX_TAIL_BYTES } from './log-routes.ts';
import { answerStream } from './sink.ts';

const getPieces = createRoute({
  method: 'get',
  path: '/v1/tasks/{id}/logs/pieces',
  operationId: 'readTaskLogPieces',
  summary: 'What a task has written, byte for byte',
  description:
    'Server-sent events `piece`, each with {stream, base64}, then `ended`, with the error if there was one. A client that reads slowly delays its own pieces only.',
  request: {
    params: taskParams,
    query: z.object({
      stream: z.enum(['all', 'stdout', 'stderr']).default('all'),
      tailLines: z.coerce.number().int().min(0).optional().openapi({
        description: 'Begin with so many of the last lines of each output',
      }),
      tailBytes: z.coerce.number().int().min(0).max(MAX_TAIL_BYTES).optional().openapi({
        description: 'Begin with the lines in so many of the last bytes of each output',
      }),
      follow: z.enum(['true', 'false']).default('false').openapi({
        description: 'Go on until the task has exited',
      }),
    }),
  },
  responses: {
    200: { description: 'Events.', content: { 'text/event-stream': { schema: z.string() } } },
    400: FAILURES[400],
    404: FAILURES[404],
    501: FAILURES[501],
    503: FAILURES[503],
  },
});

/** The output of a task as its driver reads it, whatever machine it is on. */
export function logPieceRoutes({ driver, logger, hub }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(getPieces, (c) => {
    const { id } = c.req.valid('param');
    const { stream, follow, tailLines, tailBytes } = c.req.valid('query');
    driver.inspectTask(id);
    hub.readers.check(c.env.via);
    const options: Omit<TaskLogOptions, 'write' | 'signal'> = {
      follow: follow === 'true',
      ...(stream !== 'all' && { streams: [stream] }),
      ...(tailLines !== undefined && { tailLines }),
      ...(tailBytes !== undefined && { tailBytes }),
    };
    return answerStream(c, (sink) =>
      logReader({ logger, taskId: id, sink, readers: hub.readers }, async (write, over) => {
        try {
          await driver.readTaskLog(id, {
            ...options,
            signal: over,
            write: (piece) =>
              write(
                frame('piece', { stream: piece.stream, base64: Buffer.from(piece.bytes).toString('base64') }),
              ),
          });
          // The server closes: the log goes on.
          if (over.aborted) throw new RktError('RKT_ERR_SHUTDOWN', '');
        } catch (error) {
          await write(frame('ended', { topic: 'log', ...errorAnswer(error).body }));
        }
      }),
    );
  });
  return app;
}
