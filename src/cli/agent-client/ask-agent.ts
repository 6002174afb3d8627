import type { TaskStatus } from '../../model/task-status.ts';
import { permissionError } from '../../model/permission.ts';
import { isRktError } from '../../model/rkt-error.ts';
import { createAgentHttp, type AgentHttp } from './agent-http.ts';
import { tasksAnswer } from './checked-answers.ts';

/** An agent that runs answers at once; one that does not for so long is of no use. */
const CONNECT_TIMEOUT_MS = 10_000;

/** An agent and the tasks it has; without one the error, unless there is no socket. */
export interface AgentAnswer {
  readonly agent?: { readonly http: AgentHttp; readonly tasks: readonly TaskStatus[] };
  readonly error?: unknown;
}

/**
 * Asks the agent behind a socket for its tasks.
 *
 * @throws RKT_ERR_PERMISSION when this user may not connect, and so has no rights on the tasks either
 */
export async function askAgent(socketPath: string): Promise<AgentAnswer> {
  const http = createAgentHttp(socketPath);
  try {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const tasks = await tasksAnswer(http, await http.json({ path: '/v1/tasks', signal }));
    return { agent: { http, tasks } };
  } catch (error) {
    const { cause } = isRktError(error, 'RKT_ERR_AGENT_LOST') ? error.details : { cause: error };
    const denied = permissionError(cause, 'Could not query the agent of the data directory', socketPath);
    if (denied !== undefined) throw denied;
    return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? {} : { error };
  }
}
