import { z } from 'zod';

import type { AgentRequest, AgentRequests } from '../drivers/remote/agent-requests.ts';
import { agentLost } from '../drivers/remote/agent-error.ts';

const alert = z.object({
  id: z.string(),
  taskId: z.string(),
  rule: z.string(),
  state: z.enum(['raised', 'cleared']),
  raisedAtMs: z.number(),
  clearedAtMs: z.number().optional(),
  message: z.string(),
  silencedBy: z.array(z.string()).optional(),
});
const matcher = z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() });
const silence = z.object({
  id: z.string(),
  matchers: z.array(matcher),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  createdBy: z.string(),
  comment: z.string(),
  state: z.string(),
});
const receiver = z.object({
  name: z.string(),
  type: z.string(),
  pending: z.number(),
  delivered: z.number(),
  failed: z.number(),
  dropped: z.number(),
  lastFailure: z.string().optional(),
});

export const alertsAnswer = z.object({ alerts: z.array(alert) });
export const silencesAnswer = z.object({ silences: z.array(silence) });
export const silenceAnswer = silence;
export const receiversAnswer = z.object({ receivers: z.array(receiver) });

export type ShownAlert = z.output<typeof alert>;
export type ShownSilence = z.output<typeof silence>;
export type ShownReceiver = z.output<typeof receiver>;

/** Asks an agent, and checks its answer. @throws RKT_ERR_AGENT_LOST for one that is something else */
export async function askFor<Schema extends z.ZodType>(
  requests: AgentRequests,
  request: AgentRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(await requests.json(request));
  if (parsed.success) return parsed.data;
  throw agentLost(requests.place, `does not know ${request.path.replace(/\?.*$/, '')} as this version does`);
}
