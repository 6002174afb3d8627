import { join } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';
import { identify } from '../sources/process-info.ts';
import { lockForProcess } from '../sources/process-lock.ts';

export interface AgentLockOptions {
  /** Where the agent can be reached; named in the error that another agent gets. */
  readonly socketPath?: string;
  /** The exclusive resource: the data directory (the default), or this socket while it is replaced. */
  readonly what?: 'data-directory' | 'socket';
}

export const agentLock = (dataDir: string): string => join(dataDir, 'agent-lock');
export const socketLock = (socketPath: string): string => `${socketPath}.lock`;

/**
 * Makes this process the only agent of a data directory, or the only one that may replace a socket, until the
 * returned function is called or the process ends.
 *
 * @throws {@link RktError} RKT_ERR_AGENT_RUNNING with pid and socket of the other agent, RKT_ERR_DATA_DIR (of a
 * socket RKT_ERR_LISTEN), RKT_ERR_PERMISSION
 */
export async function lockAgent(
  dataDir: string,
  { socketPath, what = 'data-directory' }: AgentLockOptions = {},
): Promise<() => Promise<void>> {
  const isSocket = what === 'socket' && socketPath !== undefined;
  const directory = isSocket ? socketLock(socketPath) : agentLock(dataDir);
  const self = await identify(process.pid);
  if (self === undefined)
    throw new RktError('RKT_ERR_OPTIONS', '/proc is not mounted: the driver cannot see any process');
  const attempt = await lockForProcess(directory, self, socketPath).catch((cause: unknown) => {
    const denied = permissionError(cause, `Could not lock ${directory}`, directory);
    throw (
      denied ??
      new RktError(
        isSocket ? 'RKT_ERR_LISTEN' : 'RKT_ERR_DATA_DIR',
        `Could not lock ${directory}: ${reasonOf(cause)}`,
        { cause },
      )
    );
  });
  if ('release' in attempt) return attempt.release;
  const { pid, note } = attempt.heldBy;
  const place = note === '' ? 'without a socket' : `on ${note}`;
  throw new RktError(
    'RKT_ERR_AGENT_RUNNING',
    isSocket
      ? `Another agent (pid ${pid}) is about to listen on ${socketPath}`
      : `Another agent (pid ${pid}, ${place}) runs on the data directory ${dataDir}`,
  );
}
