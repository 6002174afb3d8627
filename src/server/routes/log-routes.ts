import { StringDecoder } from 'node:string_decoder';

import { createRoute, z } from '@hono/zod-openapi';

import type { Driver } from '../../driver-interface.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { Logger } from '../../model/logger.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { followFile } from '../../files/follow-file.ts';
import { logPath, readFileEnd, type FileEnd } from '../logs/log-file.ts';
import { HEARTBEAT, frame } from '../sse/sse-frame.ts';
import type { StreamReader, StreamReaders } from '../sse/stream-readers.ts';
import { FAILURES, routes, taskParams } from './define.ts';
import { answerStream, type ResponseSink } from './sink.ts';

const MAX_TAIL_BYTES = 1_048_576;

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
    const path = await logPath(driver.inspectTask(id), stream);
    const end = await readFileEnd(path, tailBytes);
    if (follow === 'false') {
      return c.body(new Uint8Array(end.bytes), 200, { 'Content-Type': 'text/plain; charset=utf-8' });
    }
    hub.readers.check(c.env.via);
    return answerStream(c.env, (sink) =>
      followLog({
        driver,
        logger,
        taskId: id,
        path,
        end,
        sink,
        readers: hub.readers,
        say: (text) => frame('log', { stream, text }),
      }),
    );
  });
  return app;
}

interface FollowDeps {
  readonly driver: Driver;
  readonly logger: Logger;
  readonly taskId: string;
  readonly path: string;
  readonly end: FileEnd;
  readonly sink: ResponseSink;
  readonly readers: StreamReaders;
  readonly say: (text: string) => Buffer;
}

function followLog({ driver, logger, taskId, path, end, sink, readers, say }: FollowDeps): void {
  const over = new AbortController();
  const decoder = new StringDecoder('utf8');
  let drained = (): void => undefined;
  let isGone = false;
  let blockedSinceMs: number | undefined;
  const write = async (chunk: Buffer): Promise<void> => {
    const text = decoder.write(chunk);
    // ends the following, which would read on to the end of a file that may grow without one
    if (isGone) throw new RktError('RKT_ERR_LOGS', 'the client has left');
    if (text === '' || sink.write(say(text))) return;
    blockedSinceMs = Date.now();
    await new Promise<void>((resolve) => {
      drained = resolve;
    });
  };
  const stop = (): void => over.abort();
  const exit = driver.waitTask(taskId).subscribe({ error: stop, complete: stop });
  const reader: StreamReader = {
    get blockedSinceMs() {
      return blockedSinceMs;
    },
    heartbeat: () => {
      if (blockedSinceMs === undefined && !sink.write(HEARTBEAT)) blockedSinceMs = Date.now();
    },
    end: stop,
    destroy: () => sink.destroy(),
  };
  readers.add(reader);
  sink.onDrain(() => {
    blockedSinceMs = undefined;
    drained();
  });
  sink.onGone(() => {
    isGone = true;
    drained();
    stop();
    exit.unsubscribe();
    readers.delete(reader);
  });
  write(end.bytes)
    .then(() => followFile(path, write, over.signal, end.endsAt))
    .catch((error: unknown) => {
      if (!isGone) logger.warn({ error, taskId }, 'a log can no longer be followed');
    })
    .finally(() => {
      if (!isGone) sink.write(frame('ended', { topic: 'log' }));
      sink.end();
    });
}
