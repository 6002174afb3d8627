import { catchError, type MonoTypeOperatorFunction } from 'rxjs';
import { z } from 'zod';

import { agentLost } from './agent-error.ts';
import type { AgentRequests } from './agent-requests.ts';

/** Turns a response of an unexpected form into RKT_ERR_AGENT_LOST, which names the agent. */
export function understood<T>({ place }: AgentRequests): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    if (!(error instanceof z.ZodError)) throw error;
    throw agentLost(place, 'sent a response that this version does not understand', error);
  });
}
