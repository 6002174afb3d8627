import type { TaskStatus } from '../../model/task-status.ts';
import { permissionError } from '../../model/permission.ts';
import { isRktError } from '../../model/rkt-error.ts';
import { agentLost } from '../../drivers/remote/agent-error.ts';
import { createAgentRequests, type AgentRequests } from '../../drivers/remote/agent-requests.ts';
import { tasksAnswer } from '../../drivers/remote/checked-answers.ts';
import { nodeTransport, type AgentAddress } from '../../drivers/remote/node-transport.ts';
import { hasNoSocket } from './has-no-socket.ts';

/** An agent that runs answers at once; one that does not for so long is of no use. */
const CONNECT_TIMEOUT_MS = 10_000;

/** An agent and the tasks it has; without one the error, unless there is no socket. */
export interface AgentAnswer {
  readonly agent?: { readonly requests: AgentRequests; readonly tasks: readonly TaskStatus[] };
  readonly error?: unknown;
}

/**
 * Asks an agent for its tasks.
 *
 * @throws RKT_ERR_PERMISSION when this user may not connect, and so has no rights on the tasks either
 */
export async function askAgent(address: AgentAddress): Promise<AgentAnswer> {
  if (address.socketPath !== undefined && hasNoSocket(address.socketPath)) return {};
  const requests = createAgentRequests(nodeTransport(address));
  try {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const tasks = await tasksAnswer(requests, await requests.json({ path: '/v1/tasks', signal }));
    return { agent: { requests, tasks } };
  } catch (error) {
    const { cause } = isRktError(error, 'RKT_ERR_AGENT_LOST') ? error.details : { cause: error };
    const denied = permissionError(cause, 'Could not query the agent', requests.place);
    if (denied !== undefined) throw denied;
    return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? {} : { error };
  }
}

/**
 * Asks an agent that must be there.
 *
 * @throws RKT_ERR_AGENT_LOST, RKT_ERR_TOKEN and others for an agent that does not answer with its tasks
 */
export async function askHost(address: AgentAddress): Promise<Required<AgentAnswer>['agent']> {
  const { agent, error } = await askAgent(address);
  if (agent !== undefined) return agent;
  if (error instanceof Error) throw error;
  throw agentLost(address.url ?? address.socketPath, 'does not listen there');
}
