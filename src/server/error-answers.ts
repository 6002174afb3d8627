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

const STATUSES: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  RKT_ERR_TOKEN: 401,
  RKT_ERR_FORBIDDEN: 403,
  RKT_ERR_TASK_NOT_FOUND: 404,
  RKT_ERR_POD_NOT_FOUND: 404,
  RKT_ERR_ROUTE: 404,
  RKT_ERR_TASK_EXISTS: 409,
  RKT_ERR_TASK_RUNNING: 409,
  RKT_ERR_TASK_NOT_RUNNING: 409,
  RKT_ERR_TRANSITION: 409,
  RKT_ERR_LOGS: 409,
  RKT_ERR_BODY: 413,
  RKT_ERR_SHUTDOWN: 503,
  RKT_ERR_AGENT_BUSY: 503,
  RKT_ERR_RKT_MISSING: 503,
  RKT_ERR_RKT_VERSION: 503,
  RKT_ERR_EXEC_TIMEOUT: 504,
};

/** What the caller can correct. */
const BAD_INPUT: ReadonlySet<ErrorCode> = new Set([
  'RKT_ERR_REQUEST',
  'RKT_ERR_OPTIONS',
  'RKT_ERR_TASK_CONFIG',
  'RKT_ERR_DNS',
  'RKT_ERR_VOLUME',
  'RKT_ERR_VOLUMES_DISABLED',
  'RKT_ERR_VOLUME_ESCAPE',
  'RKT_ERR_PORT_MAP',
  'RKT_ERR_SIGNAL',
  'RKT_ERR_EXEC_COMMAND',
  'RKT_ERR_OUTPUT',
  'RKT_ERR_IMAGE',
  'RKT_ERR_IMAGE_LIMIT',
]);

export function statusOf(error: RktError): ContentfulStatusCode {
  return withStatus.get(error) ?? STATUSES[error.code] ?? (BAD_INPUT.has(error.code) ? 400 : 500);
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
