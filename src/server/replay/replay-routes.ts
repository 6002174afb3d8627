import { createRoute, z } from '@hono/zod-openapi';

import { RktError } from '../../model/rkt-error.ts';
import { FAILURES, json, routes } from '../routes/define.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { replayOf, type ReplayControl } from './replay-control.ts';

const positionSchema = z
  .strictObject({
    timeMs: z.number().openapi({ description: 'The time of the recording now, in ms since 1970' }),
    fromMs: z.number(),
    toMs: z.number(),
    speed: z.number().openapi({ description: '1 is the pace of the recording' }),
    seeks: z.number().int().openapi({ description: 'How often the time has jumped' }),
    state: z.enum(['playing', 'paused', 'ended']),
  })
  .openapi('ReplayPosition');

const markersSchema = z
  .strictObject({
    markers: z.array(
      z.strictObject({
        timeMs: z.number(),
        kind: z.enum(['event', 'alert']),
        taskId: z.string(),
        message: z.string(),
        isBad: z.boolean(),
      }),
    ),
  })
  .openapi('ReplayMarkers');

const changeSchema = z
  .strictObject({
    timeMs: z.number().optional().openapi({ description: 'Continues at this time, or the nearest one' }),
    speed: z.number().positive().max(1e6).optional(),
    state: z.enum(['playing', 'paused']).optional(),
  })
  .openapi('ReplayChange');

const unsupported = { ...FAILURES[501], description: 'The agent plays no recording.' };
const read = createRoute({
  method: 'get',
  path: '/v1/replay',
  operationId: 'readReplay',
  summary: 'Where the replay of a recording is',
  responses: { 200: json(positionSchema, 'The position.'), 501: unsupported },
});
const change = createRoute({
  method: 'post',
  path: '/v1/replay',
  operationId: 'changeReplay',
  summary: 'Seek, pause, resume, or change the speed of a replay',
  request: { body: { required: true, content: { 'application/json': { schema: changeSchema } } } },
  responses: {
    ...{ 400: FAILURES[400], 401: FAILURES[401], 501: unsupported },
    200: json(positionSchema, 'The position after the change.'),
  },
});
const markers = createRoute({
  method: 'get',
  path: '/v1/replay/markers',
  operationId: 'listReplayMarkers',
  summary: 'The starts, exits and alerts of a recording: at most 500, of which those that matter most',
  responses: { 200: json(markersSchema, 'In the order of time.'), 501: unsupported },
});

/** `/v1/replay`. */
export function replayRoutes({ driver }: ServerContext): ServerRoutes {
  const app = routes();
  const control = (): ReplayControl => {
    const replay = replayOf(driver);
    if (replay !== undefined) return replay;
    throw new RktError('RKT_ERR_UNSUPPORTED', `The ${driver.capabilities().kind} driver plays no recording`);
  };
  app.openapi(read, (c) => c.json({ ...control().position() }, 200));
  app.openapi(change, (c) => {
    const replay = control();
    const { timeMs, speed, state } = c.req.valid('json');
    if (speed !== undefined) replay.setSpeed(speed);
    if (state === 'paused') replay.pause();
    if (state === 'playing') replay.resume();
    if (timeMs !== undefined) replay.seek(timeMs);
    return c.json({ ...replay.position() }, 200);
  });
  app.openapi(markers, async (c) => c.json({ markers: [...(await control().markers())] }, 200));
  return app;
}
