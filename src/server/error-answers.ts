import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';

import { isRktError } from '../model/rkt-error.ts';
import type { Logger } from '../model/logger.ts';
import { errorAnswer, httpError } from './error-body.ts';

/** Converts anything thrown to a response. Unexpected errors are logged, and not shown to the client. */
export function answerError(c: Context, thrown: unknown, logger: Logger): Response {
  const error = knownError(thrown);
  if (!isRktError(error)) logger.error({ error, method: c.req.method, path: c.req.path }, 'A request failed');
  const { status, headers, body } = errorAnswer(error);
  Object.entries(headers).forEach(([name, value]) => c.header(name, value));
  return c.json(body, status);
}

function knownError(thrown: unknown): unknown {
  if (!(thrown instanceof HTTPException)) return thrown;
  if (thrown.status === 415) {
    return httpError('RKT_ERR_BODY', 'The body has another type than application/json', 415);
  }
  return httpError('RKT_ERR_REQUEST', thrown.message, 400);
}
