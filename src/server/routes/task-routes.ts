import { createRoute, z } from '@hono/zod-openapi';
import { toJSONSchema } from 'zod';

import { networkSchema } from '../../model/driver-network.ts';
import { taskSpecSchema, type TaskSpecInput } from '../../model/task-spec.ts';
import { requireRight } from '../access.ts';
import type { ServerContext, ServerRoutes } from '../server-context.ts';
import { presentValue } from '../present-value.ts';
import { taskListSchema, taskStatusSchema } from '../schemas/task-schemas.ts';
import { FAILURES, json, routes, taskParams } from './define.ts';

const durationMs = z.number().int().min(0).max(2_147_483_647);
const body = <Schema extends z.ZodType>(schema: Schema, required = true) => ({
  content: { 'application/json': { schema } },
  required,
});
const done = { description: 'Done.' } as const;

const execResultSchema = z
  .strictObject({
    exitCode: z.number().int().optional(),
    signal: z.number().int().optional(),
    stdout: z.string(),
    stderr: z.string(),
    output: z.string().openapi({ description: 'Both, in the order they came' }),
    truncated: z.boolean().openapi({
      description: 'True where one of the three is cut, as more than 16 MiB came',
    }),
  })
  .openapi('ExecResult');

const startedSchema = z
  .strictObject({
    taskId: z.string(),
    network: networkSchema.optional(),
    handle: z.record(z.string(), z.unknown()).openapi({
      description:
        'With which a driver of that machine can recover the task; it holds the environment of the task',
    }),
  })
  .openapi('StartedTask');

const detailsSchema = z
  .strictObject({
    task: taskStatusSchema,
    config: z.record(z.string(), z.unknown()).openapi({
      description: 'The task specification; values of variables and args are replaced by … unless requested',
    }),
  })
  .openapi('TaskDetails');

/** Checked by the driver, whose messages name the attribute: here it is any object, and described as the driver's. */
const specSchema = z.looseObject({ id: z.string() }).openapi('TaskSpec', {
  ...specDescription(),
  example: { id: 'web', config: { image: '/images/web.aci' } },
});

const listTasks = createRoute({
  method: 'get',
  path: '/v1/tasks',
  operationId: 'listTasks',
  summary: 'All tasks',
  responses: { 200: json(taskListSchema, 'All tasks.'), 503: FAILURES[503] },
});
const startTask = createRoute({
  method: 'post',
  path: '/v1/tasks',
  operationId: 'startTask',
  summary: 'Start a task',
  request: { body: body(specSchema) },
  responses: { ...FAILURES, 201: json(startedSchema, 'The task is running.') },
});
const inspectTask = createRoute({
  method: 'get',
  path: '/v1/tasks/{id}',
  operationId: 'inspectTask',
  summary: 'A task and its specification',
  request: {
    params: taskParams,
    query: z.object({
      secrets: z.enum(['true', 'false']).default('false').openapi({
        description: 'With values of variables and words of args; needs the token, or the unix socket',
      }),
    }),
  },
  responses: { 200: json(detailsSchema, 'The task.'), 401: FAILURES[401], 404: FAILURES[404] },
});
const stopTask = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/stop',
  operationId: 'stopTask',
  summary: 'Stop a task: a signal, and SIGKILL when the time is over',
  request: {
    params: taskParams,
    body: body(z.strictObject({ timeoutMs: durationMs.optional(), signal: z.string().optional() }), false),
  },
  responses: { ...FAILURES, 204: done },
});
const restartTask = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/restart',
  operationId: 'restartTask',
  summary: 'Start a task again with its own specification; it is stopped before if it runs',
  request: {
    params: taskParams,
    body: body(z.strictObject({ timeoutMs: durationMs.optional(), signal: z.string().optional() }), false),
  },
  responses: { ...FAILURES, 200: json(startedSchema, 'The task is running.') },
});
const signalTask = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/signal',
  operationId: 'signalTask',
  summary: 'Send a signal to a task',
  request: { params: taskParams, body: body(z.strictObject({ signal: z.string().min(1) })) },
  responses: { ...FAILURES, 204: done },
});
const destroyTask = createRoute({
  method: 'delete',
  path: '/v1/tasks/{id}',
  operationId: 'destroyTask',
  summary: 'Remove a task with its pod, cgroup and logs',
  request: { params: taskParams, query: z.object({ force: z.enum(['true', 'false']).default('false') }) },
  responses: { ...FAILURES, 204: done },
});
const execTask = createRoute({
  method: 'post',
  path: '/v1/tasks/{id}/exec',
  operationId: 'execTask',
  summary: 'Run a command in a task',
  request: {
    params: taskParams,
    body: body(z.strictObject({ cmd: z.array(z.string()).min(1), timeoutMs: durationMs.min(1).optional() })),
  },
  responses: { ...FAILURES, 200: json(execResultSchema, 'The command has exited.') },
});

export function taskRoutes({ driver }: ServerContext): ServerRoutes {
  const app = routes();
  app.openapi(listTasks, async (c) =>
    c.json(taskListSchema.parse(plain({ tasks: await presentValue(driver.tasks()) })), 200),
  );
  app.openapi(startTask, async (c) => {
    const spec = c.req.valid('json') as unknown as TaskSpecInput;
    const { network, handle } = await driver.startTask(spec);
    return c.json(plain({ taskId: spec.id, network, handle }) as z.output<typeof startedSchema>, 201);
  });
  app.openapi(inspectTask, async (c) => {
    const { id } = c.req.valid('param');
    const task = taskStatusSchema.parse(plain(driver.inspectTask(id)));
    const wantsSecrets = c.req.valid('query').secrets === 'true';
    if (wantsSecrets) requireRight(c.var.caller, 'secrets=true');
    const config = wantsSecrets ? driver.taskSpec(id) : await driver.describeTask(id);
    return c.json({ task, config: plain(config) as Record<string, unknown> }, 200);
  });
  app.openapi(stopTask, async (c) => {
    const { timeoutMs, signal } = optionalJson(c.req.valid('json'));
    await driver.stopTask(c.req.valid('param').id, {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    });
    return c.body(null, 204);
  });
  app.openapi(restartTask, async (c) => {
    const { timeoutMs, signal } = optionalJson(c.req.valid('json'));
    const { id } = c.req.valid('param');
    const { network, handle } = await driver.restartTask(id, {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    });
    return c.json(plain({ taskId: id, network, handle }) as z.output<typeof startedSchema>, 200);
  });
  app.openapi(signalTask, async (c) => {
    await driver.signalTask(c.req.valid('param').id, c.req.valid('json').signal);
    return c.body(null, 204);
  });
  app.openapi(destroyTask, async (c) => {
    await driver.destroyTask(c.req.valid('param').id, { force: c.req.valid('query').force === 'true' });
    return c.body(null, 204);
  });
  app.openapi(execTask, async (c) => {
    const { cmd, timeoutMs } = c.req.valid('json');
    const options = { signal: c.req.raw.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const { exitCode, signal, stdout, stderr, output, truncated } = await driver.execTask(
      c.req.valid('param').id,
      cmd,
      options,
    );
    const result = { exitCode, signal, stdout, stderr, output, truncated };
    return c.json(plain(result) as z.output<typeof execResultSchema>, 200);
  });
  return app;
}

function specDescription(): object {
  const { $schema: _, ...schema } = toJSONSchema(taskSpecSchema, { io: 'input', unrepresentable: 'any' });
  return schema;
}

/** A body that may be missing is an empty object then. */
function optionalJson<T extends object>(given: T | undefined): Partial<T> {
  return given ?? {};
}

/** As it will be sent: what is undefined is left out. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
