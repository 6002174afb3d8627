import { RktError } from '../model/rkt-error.ts';

/** A longer timer of Node fires immediately. */
const LONGEST_MS = 2_147_483_647;

/** Validates a timeout of a caller. @throws RKT_ERR_OPTIONS naming it when it is not a duration in ms */
export function checkDuration(what: string, durationMs: number): number {
  if (Number.isFinite(durationMs) && durationMs >= 0 && durationMs <= LONGEST_MS) return durationMs;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `${what} must be a number from 0 to ${LONGEST_MS}, got ${durationMs}`,
  );
}
