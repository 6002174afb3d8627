import type { Logger } from '../../model/logger.ts';
import type { CommandDriver } from '../command-driver.ts';
import { createRemoteDriver } from '../../drivers/remote/connect-remote.ts';
import { askAgent, type AgentAnswer } from './ask-agent.ts';

/**
 * The agent that listens on a socket; undefined if there is none, or if it does not respond as an agent does.
 *
 * @param asked what the agent has answered already
 * @throws RKT_ERR_PERMISSION when this user may not connect, and so has no rights on the tasks either
 */
export async function connectAgent(
  socketPath: string,
  logger: Logger,
  asked?: AgentAnswer,
): Promise<CommandDriver | undefined> {
  const { agent, error } = asked ?? (await askAgent({ socketPath }));
  if (agent !== undefined)
    return createRemoteDriver({ socketPath, tasks: agent.tasks, reconnect: false, logger });
  if (error !== undefined)
    logger.debug({ error, socket: socketPath }, 'No agent responds; continuing without one');
  return undefined;
}
