import type { Driver } from '../driver-interface.ts';
import { configFailure } from './to-grpc-error.ts';
import type { BasePluginHandlers } from './generated/hashicorp/nomad/plugins/base/proto/BasePlugin.ts';
import type { NomadConfig__Output } from './generated/hashicorp/nomad/plugins/base/proto/NomadConfig.ts';
import { hclSpec } from './hclspec.ts';
import { decodeConfig } from './msgpack.ts';
import { unary } from './unary.ts';

/** The service of every Nomad plugin: its info, its configuration schema, and its configuration. */
export function baseService(driver: Driver): BasePluginHandlers {
  return {
    PluginInfo: unary(() => {
      const { name, pluginApiVersions, pluginVersion } = driver.pluginInfo();
      return {
        type: 'DRIVER',
        name,
        plugin_version: pluginVersion,
        plugin_api_versions: [...pluginApiVersions],
      };
    }),
    ConfigSchema: unary(() => ({ spec: hclSpec(driver.configSchema()) })),
    // Called up to three times, most of them only to validate: it changes what will hold, and starts nothing.
    SetConfig: unary(({ msgpack_config, nomad_config }) => {
      const config = decodeConfig(msgpack_config, 'the config of the plugin', 'RKT_ERR_DRIVER_CONFIG');
      driver.setConfig(config, agentConfig(nomad_config));
      return {};
    }, configFailure),
  };
}

function agentConfig(nomad: NomadConfig__Output | null): {
  readonly clientMinPort?: number;
  readonly clientMaxPort?: number;
} {
  const agent = nomad?.driver;
  if (agent === null || agent === undefined) return {};
  return { clientMinPort: agent.ClientMinPort, clientMaxPort: agent.ClientMaxPort };
}
