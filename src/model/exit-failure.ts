import type { ExitResult } from './exit-result.ts';

/** True for an end with another code than 0 that was not requested, and for every kill for memory. */
export function isFailure({ exitCode, oomKilled, requested = false }: ExitResult): boolean {
  return oomKilled || (!requested && exitCode !== 0);
}
