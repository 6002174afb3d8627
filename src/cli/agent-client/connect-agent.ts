import { isRktError } from '../../model/rkt-error.ts';
import type { Logger } from '../../model/logger.ts';
import { permissionError } from '../../model/permission.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { CommandDriver } from '../command-driver.ts';
import { createAgentClient } from './agent-client.ts';
import { createAgentHttp, type AgentHttp } from './agent-http.ts';
import { tasksSchema } from './answers.ts';

/** A running agent responds immediately; one that needs longer is not usable. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The agent that listens on a socket; undefined if there is none, or if it does not respond as an agent does.
 *
 * @throws RKT_ERR_PERMISSION when this user may not connect, and so has no permission for the tasks either
 */
export async function connectAgent(socketPath: string, logger: Logger): Promise<CommandDriver | undefined> {
  const http = createAgentHttp(socketPath);
  const tasks = await askTasks(http, logger);
  return tasks === undefined ? undefined : createAgentClient(http, tasks);
}

async function askTasks(http: AgentHttp, logger: Logger): Promise<readonly TaskStatus[] | undefined> {
  try {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    return tasksSchema.parse(await http.json({ path: '/v1/tasks', signal }));
  } catch (error) {
    const { cause } = isRktError(error, 'RKT_ERR_AGENT_LOST') ? error.details : { cause: error };
    const denied = permissionError(cause, 'Could not query the agent of the data directory', http.socketPath);
    if (denied !== undefined) throw denied;
    // No socket is the normal case without an agent.
    if ((cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT')
      logger.debug({ error, socket: http.socketPath }, 'No agent responds; continuing without one');
    return undefined;
  }
}
