import { RktError } from '../model/rkt-error.ts';

/** Beyond it a timer of Node fires at once. */
const LONGEST_MS = 2_147_483_647;

/** A time limit as given by a caller. @throws RKT_ERR_OPTIONS naming it when it is no duration in ms */
export function checkDuration(what: string, durationMs: number): number {
  if (Number.isFinite(durationMs) && durationMs >= 0 && durationMs <= LONGEST_MS) return durationMs;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `${what} must be a number from 0 to ${LONGEST_MS}, got ${durationMs}`,
  );
}
