import { ERROR_CATALOGUE, type ErrorCode } from '../../model/error-catalogue.ts';
import { RktError, isRktError, type RktErrorDetails } from '../../model/rkt-error.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { certificateFault } from './certificate-fault.ts';

/** How a client makes errors of what an agent reports, and of what it does not. */
export interface AgentErrors {
  /** The error in a response or a frame; undefined if it contains none. */
  ofBody(text: string, details: { readonly taskId?: string; readonly status?: number }): Error | undefined;
  /** The agent does not respond, or not as an agent does. */
  lost(place: string, what: string, cause?: unknown): Error;
  /** It is one of these errors already. */
  isOwn(error: unknown): boolean;
  /** It can be over at the next attempt. */
  isPassing(error: unknown): boolean;
  /** The task does not exist, or no longer. */
  isTaskGone(error: unknown): boolean;
}

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
  const fault = certificateFault(cause);
  if (fault !== undefined)
    return new RktError('RKT_ERR_AGENT_TLS', `The agent at ${place} is not trusted: ${fault}`, { cause });
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

const PASSING = [
  'RKT_ERR_AGENT_LOST',
  'RKT_ERR_AGENT_TLS',
  'RKT_ERR_AGENT_BUSY',
  'RKT_ERR_SHUTDOWN',
] as const;

/** Errors of the catalogue. */
export const RKT_ERRORS: AgentErrors = {
  ofBody: (text, { taskId }) => errorOfBody(text, taskId === undefined ? {} : { taskId }),
  lost: agentLost,
  isOwn: (error) => isRktError(error),
  isPassing: (error) => PASSING.some((code) => isRktError(error, code)),
  isTaskGone: (error) => isRktError(error, 'RKT_ERR_TASK_NOT_FOUND'),
};
