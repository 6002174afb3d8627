import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.ts';

/** What an error can carry besides its message. */
export interface RktErrorDetails {
  readonly cause?: unknown;
  readonly taskId?: string;
  readonly podId?: string;
  /** The command line that failed. */
  readonly command?: readonly string[];
  readonly exitCode?: number;
  /** The last 2 kB of what the command wrote to stderr. */
  readonly stderr?: string;
  readonly durationMs?: number;
  /** Overrides the catalogue where the cause says more than the code. */
  readonly recoverable?: boolean;
}

/**
 * The one error class of the library.
 *
 * `message` says what was tried, on what, and what happened; the remedy of the catalogue is appended to it.
 */
export class RktError extends Error {
  override readonly name = 'RktError';
  readonly code: ErrorCode;
  readonly recoverable: boolean;
  /** The message without the remedy. */
  readonly what: string;
  readonly details: RktErrorDetails;

  constructor(code: ErrorCode, what: string, details: RktErrorDetails = {}) {
    const { meaning, remedy, recoverable } = ERROR_CATALOGUE[code];
    const text = what === '' ? meaning : what;
    super(
      `${text.replace(/\.$/, '')}. ${remedy}`,
      details.cause === undefined ? {} : { cause: details.cause },
    );
    this.code = code;
    this.what = text;
    this.recoverable = details.recoverable ?? recoverable;
    this.details = details;
  }
}

/** True for an error of the library, optionally of one code. */
export function isRktError(error: unknown, code?: ErrorCode): error is RktError {
  return error instanceof RktError && (code === undefined || error.code === code);
}

/** The error of every op that is given an id nobody knows. Its first words are Nomad's own. */
export function taskNotFound(taskId: string): RktError {
  return new RktError('RKT_ERR_TASK_NOT_FOUND', `task not found for given id: "${taskId}"`, { taskId });
}
