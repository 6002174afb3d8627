import type { Command } from 'commander';

import { driverSettings } from '../../model/driver-options.ts';
import { agentFlagsOf, type AgentFlags } from '../agent/agent-flags.ts';
import { agentSettings } from '../agent/agent-settings.ts';
import { agentVariablesOf } from '../agent/agent-variables.ts';
import { shownSetting } from '../agent/shown-setting.ts';
import { sourcesOf } from '../command-settings.ts';
import { GLOBAL_OPTIONS } from '../global-options.ts';
import { findSettings, type SettingSource } from '../settings-sources.ts';
import { driverOptionsOf, loadSettings } from '../settings.ts';
import { AGENT_SAMPLE } from './sample-values.ts';

/** A setting that an agent would have, without its secrets. */
export interface EffectiveSetting {
  /** As in the config file; members of `server` with it in front. */
  readonly key: string;
  /** Absent without a value and without a default. */
  readonly value?: unknown;
  readonly source: SettingSource | 'default';
}

/** All settings of a command that was parsed, with where each comes from. @throws RKT_ERR_OPTIONS */
export function effectiveSettings(command: Command): readonly EffectiveSetting[] {
  const sources = sourcesOf(command);
  const settings = loadSettings(sources);
  const found = findSettings(sources);
  const values: Readonly<Record<string, unknown>> = {
    ...settings,
    ...driverSettings(driverOptionsOf(settings)),
  };
  const common = GLOBAL_OPTIONS.map(({ key }) =>
    effective(key, values[key], found.get(key)?.source ?? 'default'),
  );
  return [...common, ...serverSettings(command, settings.server)];
}

function serverSettings(
  command: Command,
  file: Readonly<Record<string, unknown>>,
): readonly EffectiveSetting[] {
  const flags = agentFlagsOf(command.optsWithGlobals<AgentFlags>());
  const variables = agentVariablesOf(process.env);
  agentSettings(file, command.optsWithGlobals<AgentFlags>(), process.cwd(), process.env);
  const { listen, ...defaults } = agentSettings({}, {}, '/');
  const address = listen === false ? 'none' : `${listen.host}:${listen.port}`;
  const given = [
    [flags, 'flag'],
    [variables, 'variable'],
    [file, 'file'],
    [{ listen: address, ...defaults } as Readonly<Record<string, unknown>>, 'default'],
  ] as const;
  return AGENT_SAMPLE.map(({ key }) => {
    const [values, source] = given.find(([each]) => each[key] !== undefined) ?? [{}, 'default' as const];
    return { ...effective(key, values[key as never], source), key: `server.${key}` };
  });
}

function effective(key: string, value: unknown, source: EffectiveSetting['source']): EffectiveSetting {
  return { key, ...(value !== undefined && { value: shownSetting(value, key) }), source };
}
