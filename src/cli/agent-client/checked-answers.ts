import type { AuditReport } from '../../model/audit.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { agentLost } from './agent-error.ts';
import type { AgentHttp } from './agent-http.ts';

/**
 * The tasks of an answer to GET /v1/tasks. An agent of this very version has checked what it sends, and the schemas take
 * longer to load than the command takes; the answer of any other one is checked here.
 *
 * @throws RKT_ERR_AGENT_LOST for what this version does not understand
 */
export async function tasksAnswer(http: AgentHttp, answer: unknown): Promise<readonly TaskStatus[]> {
  if (http.isSameVersion()) return (answer as { readonly tasks: readonly TaskStatus[] }).tasks;
  const { tasksSchema } = await import('./answers.ts');
  return checked(http, () => tasksSchema.parse(answer));
}

/** The report of an answer to GET or POST /v1/audit, checked in the same way. @throws RKT_ERR_AGENT_LOST */
export async function auditAnswer(http: AgentHttp, answer: unknown): Promise<AuditReport> {
  if (http.isSameVersion()) return answer as AuditReport;
  const { auditSchema } = await import('./answers.ts');
  return checked(http, () => auditSchema.parse(answer));
}

function checked<T>({ socketPath }: AgentHttp, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw agentLost(socketPath, 'sent a response that this version does not understand', error);
  }
}
