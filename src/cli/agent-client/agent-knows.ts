import { filter, firstValueFrom, timeout } from 'rxjs';

import type { Logger } from '../../model/logger.ts';
import { connectAgent } from './connect-agent.ts';

/** An agent that follows the data directory recovers a task within milliseconds. */
const LIMIT_MS = 5_000;

/**
 * If an agent is running, waits until it knows a task that was started without it, so that the next command can use
 * the agent.
 */
export async function agentKnows(socketPath: string, taskId: string, logger: Logger): Promise<void> {
  const agent = await connectAgent(socketPath, logger);
  if (agent === undefined) return;
  const known$ = agent.tasks().pipe(
    filter((tasks) => tasks.some(({ id }) => id === taskId)),
    timeout({ first: LIMIT_MS }),
  );
  try {
    await firstValueFrom(known$);
  } catch (error) {
    logger.warn({ error, taskId }, 'The agent has not recovered the task');
  } finally {
    await agent.shutdown();
  }
}
