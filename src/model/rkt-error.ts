import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.ts';

/** Additional properties of an error. */
export interface RktErrorDetails {
  readonly cause?: unknown;
  readonly taskId?: string;
  readonly podId?: string;
  /** The command line that failed. */
  readonly command?: readonly string[];
  readonly exitCode?: number;
  /** The last 2 kB of stderr. */
  readonly stderr?: string;
  readonly durationMs?: number;
  /** Overrides the catalogue if the cause is more specific than the code. */
  readonly recoverable?: boolean;
}

/**
 * The only error class of the library.
 *
 * `message` states the operation, its object and the failure; the remedy of the catalogue is appended to it.
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

/**
 * True for an error of the library, optionally of one code.
 *
 * @example
 * await driver.stopTask('web').catch((error: unknown) => {
 *   if (!isRktError(error, 'RKT_ERR_TASK_NOT_FOUND')) throw error;
 * });
 */
export function isRktError(error: unknown, code?: ErrorCode): error is RktError {
  return error instanceof RktError && (code === undefined || error.code === code);
}

/** The error of every op for an unknown id. Its first words are those of Nomad. */
export function taskNotFound(taskId: string): RktError {
  return new RktError('RKT_ERR_TASK_NOT_FOUND', `task not found for given id: "${taskId}"`, { taskId });
}
