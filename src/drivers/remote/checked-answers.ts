import type { z } from 'zod';

import type { AuditReport } from '../../model/audit.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { ExecTaskResult, StartedTask } from '../../index.ts';
import { agentLost } from './agent-error.ts';
import type { AgentRequests } from './agent-requests.ts';

type Schemas = typeof import('./answers.ts');

/**
 * The tasks of an answer to GET /v1/tasks.
 *
 * As all answers here: an agent of this very version has checked what it sends, and the schemas take longer to load than a
 * command takes; the answer of any other one is checked here.
 *
 * @throws RKT_ERR_AGENT_LOST for what this version does not understand
 */
export async function tasksAnswer(requests: AgentRequests, answer: unknown): Promise<readonly TaskStatus[]> {
  if (requests.isSameVersion()) return (answer as { readonly tasks: readonly TaskStatus[] }).tasks;
  return checked(requests, answer, ({ tasksSchema }) => tasksSchema);
}

/** The report of an answer to GET or POST /v1/audit. @throws RKT_ERR_AGENT_LOST */
export async function auditAnswer(requests: AgentRequests, answer: unknown): Promise<AuditReport> {
  if (requests.isSameVersion()) return answer as AuditReport;
  return checked(requests, answer, ({ auditSchema }) => auditSchema);
}

/** The answer to GET /v1/tasks/{id}. @throws RKT_ERR_AGENT_LOST */
export async function detailsAnswer(
  requests: AgentRequests,
  answer: unknown,
): Promise<{ readonly config: TaskSpec }> {
  if (requests.isSameVersion()) return answer as { readonly config: TaskSpec };
  return checked(requests, answer, ({ detailsSchema }) => detailsSchema);
}

/** The answer to POST /v1/tasks. @throws RKT_ERR_AGENT_LOST */
export function startedAnswer(requests: AgentRequests, answer: unknown): Promise<StartedTask> {
  return checked(requests, answer, ({ startedSchema }) => startedSchema);
}

/** The answer to POST /v1/tasks/{id}/exec. @throws RKT_ERR_AGENT_LOST */
export function execAnswer(requests: AgentRequests, answer: unknown): Promise<ExecTaskResult> {
  return checked(requests, answer, ({ execResultSchema }) => execResultSchema);
}

async function checked<Schema extends z.ZodType>(
  { place }: AgentRequests,
  answer: unknown,
  schemaOf: (schemas: Schemas) => Schema,
): Promise<z.output<Schema>> {
  const schema = schemaOf(await import('./answers.ts'));
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw agentLost(place, 'sent a response that this version does not understand', result.error);
}
