import { RktError } from './rkt-error.ts';
import { exhaustionCode } from './exhaustion.ts';
import { permissionError } from './permission.ts';
import { reasonOf } from './reason-of.ts';

/**
 * Converts anything thrown to an error of the library: unchanged if it is one, else an error that names the
 * operation.
 */
export function toRktError(error: unknown, what: string): RktError {
  if (error instanceof RktError) return error;
  const denied = permissionError(error, `${what} failed`);
  if (denied !== undefined) return denied;
  const code = exhaustionCode(error) ?? 'RKT_ERR_UNEXPECTED';
  return new RktError(code, `${what} failed: ${reasonOf(error)}`, { cause: error });
}
