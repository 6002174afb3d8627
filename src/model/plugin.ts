/** Who we are, in Nomad's words. */
export interface PluginInfo {
  readonly type: 'driver';
  readonly name: 'rkt';
  readonly pluginApiVersions: readonly string[];
  readonly pluginVersion: string;
}

export interface Capabilities {
  readonly sendSignals: boolean;
  readonly exec: boolean;
  readonly fsIsolation: 'none' | 'chroot' | 'image';
  readonly networkIsolationModes: readonly string[];
  readonly mustInitiateNetwork: boolean;
}

/** One attribute of a configuration, in the type words of HCL. */
export interface AttributeSpec {
  readonly name: string;
  readonly type: 'bool' | 'string' | 'list(string)' | 'list(map(string))';
  /** A block can be written several times, `name { … }`; an attribute once, `name = …`. */
  readonly form: 'attribute' | 'block';
  readonly required: boolean;
  readonly default?: boolean;
}

export const PLUGIN_VERSION = '0.1.0';

export const PLUGIN_INFO: PluginInfo = {
  type: 'driver',
  name: 'rkt',
  pluginApiVersions: ['v0.1.0'],
  pluginVersion: PLUGIN_VERSION,
};

export const CAPABILITIES: Capabilities = {
  sendSignals: true,
  exec: true,
  fsIsolation: 'image',
  networkIsolationModes: [],
  mustInitiateNetwork: false,
};

export const CONFIG_SPEC: readonly AttributeSpec[] = [
  { name: 'volumes_enabled', type: 'bool', form: 'attribute', required: false, default: true },
];

const optional = (
  name: string,
  type: AttributeSpec['type'],
  form: AttributeSpec['form'] = 'attribute',
): AttributeSpec => ({
  name,
  type,
  form,
  required: false,
});

export const TASK_CONFIG_SPEC: readonly AttributeSpec[] = [
  { name: 'image', type: 'string', form: 'attribute', required: true },
  optional('command', 'string'),
  optional('args', 'list(string)'),
  optional('trust_prefix', 'string'),
  optional('insecure_options', 'list(string)'),
  optional('dns_servers', 'list(string)'),
  optional('dns_search_domains', 'list(string)'),
  optional('net', 'list(string)'),
  optional('port_map', 'list(map(string))', 'block'),
  optional('volumes', 'list(string)'),
  optional('no_overlay', 'bool'),
  optional('debug', 'bool'),
  optional('group', 'string'),
];

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/**
 * Maps the client options of before Nomad 0.9 to the driver configuration: only `driver.rkt.volumes.enabled` is known, and
 * a value that is no bool is left out.
 */
export function pluginLoader(options: Readonly<Record<string, string>>): {
  readonly volumes_enabled?: boolean;
} {
  const value = options['driver.rkt.volumes.enabled'];
  if (value === undefined || !(TRUE.has(value) || FALSE.has(value))) return {};
  return { volumes_enabled: TRUE.has(value) };
}
