import { OpenAPIHono, z } from '@hono/zod-openapi';

import { RktError } from '../../model/rkt-error.ts';
import { plainIssues } from '../../model/plain-issues.ts';
import type { ServerEnv, ServerRoutes } from '../server-context.ts';

/** A sub-app whose validation errors are reported like all others. */
export function routes(): ServerRoutes {
  return new OpenAPIHono<ServerEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const problems = plainIssues(result.error.issues).map(({ path, message }) =>
        [result.target, ...path.map(String)].join('.').concat(`: ${message}`),
      );
      throw new RktError('RKT_ERR_REQUEST', problems.join('; '));
    },
  });
}

export const errorSchema = z
  .object({ error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }) })
  .openapi('Error');

const failure = (description: string) => ({
  description,
  content: { 'application/json': { schema: errorSchema } },
});

/** The answers that a route can give besides its own. */
export const FAILURES = {
  400: failure('Something in the request is not valid.'),
  401: failure('The token is missing or wrong.'),
  403: failure('The Host or Origin header is foreign.'),
  404: failure('There is no such task.'),
  409: failure('The state of the task forbids it.'),
  413: failure('The body is too large.'),
  415: failure('The body is not JSON.'),
  500: failure('rkt, the machine or the agent failed.'),
  501: failure('The driver of this agent does not have the op.'),
  503: failure('The agent is shutting down, or busy.'),
} as const;

/** A JSON answer. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } } as const;
}

/** The id of a task in a path, URL-encoded: it may contain slashes. */
export const taskParams = z.object({
  id: z.string().min(1).max(512).openapi({ description: 'Id of the task, URL-encoded', example: 'web' }),
});
