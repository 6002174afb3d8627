import { ERROR_CATALOGUE, type ErrorCode } from '../../model/error-catalogue.ts';
import { RktError, type RktErrorDetails } from '../../model/rkt-error.ts';
import { reasonOf } from '../../model/reason-of.ts';

interface ErrorBody {
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

/** The error in a response of an agent; undefined if the text contains none. */
export function errorOfBody(text: string, details: RktErrorDetails = {}): Error | undefined {
  const { code, message } = (parseJson(text) as ErrorBody | undefined)?.error ?? {};
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return isCode(code) ? new RktError(code, message, details) : new Error(message);
}

/** The agent no longer responds, or its response is not one of an agent. */
export function agentLost(place: string, what: string, cause?: unknown): RktError {
  const why = cause === undefined ? '' : `: ${reasonOf(cause).replaceAll(/\s+/g, ' ')}`;
  return new RktError('RKT_ERR_AGENT_LOST', `The agent at ${place} ${what}${why}`, { cause });
}

/** Undefined unless the text is JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}
