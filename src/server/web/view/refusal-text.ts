import { ApiError } from '../api.ts';

/** Why the agent did not do something. */
export function refusalText(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return error instanceof ApiError && error.status === 401 ? `The token is not the agent's. ${why}` : why;
}
