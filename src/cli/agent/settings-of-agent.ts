import type { Command } from 'commander';

import type { Settings } from '../settings.ts';
import type { AgentFlags } from './agent-flags.ts';
import { agentSettings, type AgentSettings } from './agent-settings.ts';

/** The settings of an agent of a command that was parsed, or of a command below it. @throws RKT_ERR_OPTIONS */
export function settingsOfAgent(command: Command, { server }: Pick<Settings, 'server'>): AgentSettings {
  return agentSettings(server, command.optsWithGlobals<AgentFlags>(), process.cwd(), process.env);
}
