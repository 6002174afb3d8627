import type { Command } from 'commander';

import { presentDefaultConfig } from './default-config.ts';
import type { SettingSources } from './settings-sources.ts';

/** Where the settings of a command that was parsed come from: its flags, the environment and the config file. */
export function sourcesOf(command: Command): SettingSources {
  const { agent, ...flags } = command.optsWithGlobals<Record<string, unknown>>();
  // Without the flag, commander says true; then the variable and the file count.
  const given = agent === false ? { ...flags, agent } : flags;
  return {
    flags: given,
    env: process.env,
    cwd: process.cwd(),
    defaultConfig: presentDefaultConfig(process.env),
  };
}
