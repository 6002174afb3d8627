import type { ContentfulStatusCode } from 'hono/utils/http-status';

import { ERROR_CATALOGUE, type ErrorCode } from '../model/error-catalogue.ts';
import { RktError, isRktError } from '../model/rkt-error.ts';

/** What every answer that is no success holds. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string };
}

/** An answer to a request that failed. */
export interface ErrorAnswer {
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** The status of an error whose own does not follow from its code. */
const withStatus = new WeakMap<RktError, ContentfulStatusCode>();

/** An error with a status of its own. */
export function httpError(code: ErrorCode, what: string, status: ContentfulStatusCode): RktError {
  const error = new RktError(code, what);
  withStatus.set(error, status);
  return error;
}

/** `message` is without the remedy, which {@link RktError} appends to its own. */
export function errorBody(error: RktError): ErrorBody {
  const { remedy } = ERROR_CATALOGUE[error.code];
  const { message } = error;
  const short = message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : message;
  return { error: { code: error.code, message: short, remedy } };
}

/** The answer to anything thrown. What is no {@link RktError} is not shown to the client. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (!isRktError(thrown)) {
    const message = 'The agent failed to answer this request.';
    const error = { code: 'UNEXPECTED', message, remedy: 'Check the log of the agent.' };
    return { status: 500, headers: {}, body: { error } };
  }
  const status = withStatus.get(thrown) ?? ERROR_CATALOGUE[thrown.code].httpStatus;
  const headers: Record<string, string> = {};
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer realm="rkt-streams"';
  // The rest of an unwanted body is not waited for.
  if (status === 411 || status === 413) headers.Connection = 'close';
  return { status, headers, body: errorBody(thrown) };
}
