import { accessSync, constants } from 'node:fs';

import { permissionError } from '../../model/permission.ts';
import { chosenHost, type HostSettings } from '../contexts/chosen-host.ts';
import { hasNoSocket } from './has-no-socket.ts';
import type { AgentAddress } from '../../drivers/remote/node-transport.ts';

export interface ReachableSettings extends HostSettings {
  readonly dataDir: string;
}

/**
 * The agent that a command has to use which otherwise works with the files of the data directory: that of the chosen host, or
 * that of the data directory for a user who may not write there, such as a member of the group of its socket. Undefined for
 * a command that works by itself.
 */
export function neededAgent(
  settings: ReachableSettings,
  socketPath: string,
  env: Readonly<Record<string, string | undefined>>,
): AgentAddress | undefined {
  const host = chosenHost(settings, env);
  if (host !== undefined || !settings.agent) return host;
  try {
    accessSync(settings.dataDir, constants.W_OK);
    return undefined;
  } catch (error) {
    const isDenied = permissionError(error, '', settings.dataDir) !== undefined;
    return isDenied && !hasNoSocket(socketPath) ? { socketPath } : undefined;
  }
}
