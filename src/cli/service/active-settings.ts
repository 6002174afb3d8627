import { resolve } from 'node:path';

import { agentFlagsOf, type AgentFlags } from '../agent/agent-flags.ts';
import { agentSettings } from '../agent/agent-settings.ts';
import { GLOBAL_OPTIONS } from '../global-options.ts';
import { findSettings, type SettingSources } from '../settings-sources.ts';
import type { ActiveSettings } from './sample-config.ts';

/** Flags about the output of the command itself. */
const OF_THE_COMMAND: ReadonlySet<string> = new Set(['json', 'host', 'agent']);
/** Members of `server` that are paths. */
const PATHS = ['socket', 'history', 'fleetTokens'];
/** A service reports what it does. */
const DEFAULTS = { logLevel: 'info' };

/**
 * The settings for the configuration that is installed: those of the command line over those of the config file.
 *
 * @throws RKT_ERR_OPTIONS
 */
export function activeSettings({ flags, cwd, defaultConfig }: SettingSources): ActiveSettings {
  const found = findSettings({ flags: { ...flags, config: undefined }, env: {}, cwd, defaultConfig });
  const common = GLOBAL_OPTIONS.flatMap(({ key }) => {
    const value = found.get(key)?.value;
    return value === undefined || OF_THE_COMMAND.has(key) ? [] : [[key, value] as const];
  });
  const given = Object.entries(agentFlagsOf(flags as AgentFlags)).map(([key, value]) => {
    const isPath = PATHS.includes(key) && typeof value === 'string' && value !== 'none';
    return [key, isPath ? resolve(cwd, value) : value] as const;
  });
  const server = { ...(found.get('server')?.value as object | undefined), ...Object.fromEntries(given) };
  agentSettings(server, {}, cwd);
  return { common: { ...DEFAULTS, ...Object.fromEntries(common) }, server };
}
