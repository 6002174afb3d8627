import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

import { ERROR_CATALOGUE, type ErrorCode } from '../model/error-catalogue.ts';
import { RktError, isRktError } from '../model/rkt-error.ts';
import type { Logger } from '../model/logger.ts';

/** What every answer that is no success holds. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string };
}

/** The status of an error whose own does not follow from its code. */
const withStatus = new WeakMap<RktError, ContentfulStatusCode>();

/** An error with a status of its own. */
export function httpError(code: ErrorCode, what: string, status: ContentfulStatusCode): RktError {
  const error = new RktError(code, what);
  withStatus.set(error, status);
  return error;
}

export function statusOf(error: RktError): ContentfulStatusCode {
  return withStatus.get(error) ?? ERROR_CATALOGUE[error.code].httpStatus;
}

/** `message` is without the remedy, which {@link RktError} appends to its own. */
export function errorBody(error: RktError): ErrorBody {
  const { remedy } = ERROR_CATALOGUE[error.code];
  const { message } = error;
  const short = message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : message;
  return { error: { code: error.code, message: short, remedy } };
}

/** Converts anything thrown to a response. Unexpected errors are logged, and not shown to the client. */
export function answerError(c: Context, thrown: unknown, logger: Logger): Response {
  const error = knownError(thrown);
  if (error === undefined) {
    logger.error({ error: thrown, method: c.req.method, path: c.req.path }, 'A request failed');
    const message = 'The agent failed to answer this request.';
    return c.json({ error: { code: 'UNEXPECTED', message, remedy: 'Check the log of the agent.' } }, 500);
  }
  const status = statusOf(error);
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="rkt-streams"');
  // The rest of an unwanted body is not waited for.
  if (status === 411 || status === 413) c.header('Connection', 'close');
  return c.json(errorBody(error), status);
}

function knownError(thrown: unknown): RktError | undefined {
  if (isRktError(thrown)) return thrown;
  if (!(thrown instanceof HTTPException)) return undefined;
  if (thrown.status === 415) {
    return httpError('RKT_ERR_BODY', 'The body has another type than application/json', 415);
  }
  return httpError('RKT_ERR_REQUEST', thrown.message, 400);
}
