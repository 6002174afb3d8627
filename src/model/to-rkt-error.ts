import { RktError } from './errors.ts';
import { exhaustionCode } from './exhaustion.ts';
import { reasonOf } from './reason-of.ts';

/** Whatever was thrown as an error of the library: itself where it is one, else one that names what was done. */
export function toRktError(error: unknown, what: string): RktError {
  if (error instanceof RktError) return error;
  const code = exhaustionCode(error) ?? 'RKT_ERR_UNEXPECTED';
  return new RktError(code, `${what} failed: ${reasonOf(error)}`, { cause: error });
}
