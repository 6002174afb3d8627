import { take, type Subscription } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { PLUGIN_VERSION } from '../../model/agent-version.ts';
import type { Server } from '../../server/index.ts';

/** What is known when an agent serves. */
export interface AgentStart {
  readonly server: Pick<Server, 'url' | 'socketPath'>;
  /** The config file; absent without one. */
  readonly config: string | undefined;
  /** Ids of the tasks that were recovered; absent for an agent that recovers none. */
  readonly recovered?: readonly string[];
}

/** Logs that an agent serves, with its versions. */
export function logStart(
  logger: Logger,
  { server: { url, socketPath }, config, recovered }: AgentStart,
): void {
  const fields = {
    version: PLUGIN_VERSION,
    node: process.version,
    pid: process.pid,
    url,
    socket: socketPath,
    config,
  };
  logger.info(
    { ...fields, ...(recovered !== undefined && { recoveredTasks: recovered.length }) },
    'Agent started',
  );
}

/** Logs the health of a driver when it is known, with the runtime that was found. */
export function logHealth(logger: Logger, driver: Pick<Driver, 'fingerprint'>): Subscription {
  const log = driver.fingerprint().pipe(take(1));
  return log.subscribe({
    next: ({ health, description, attributes }) => {
      const runtime = attributes['driver.rkt.runtime'];
      const rktVersion = attributes['driver.rkt.version'];
      logger.info({ health, description, runtime, rktVersion }, 'Driver checked');
    },
    error: () => undefined,
  });
}
