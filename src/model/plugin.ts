import { PLUGIN_VERSION } from './agent-version.ts';
import { DRIVER_OPS, type DriverOp } from './driver-ops.ts';

/** The plugin info for Nomad. */
export interface PluginInfo {
  readonly type: 'driver';
  readonly name: 'rkt';
  readonly pluginApiVersions: readonly string[];
  readonly pluginVersion: string;
}

/** What a driver, and tasks of it, can do. */
export interface Capabilities {
  /** `local`, `remote`, `recorded`, `fleet`, or the name of another implementation. */
  readonly kind: string;
  /** The ops that this driver has; it refuses every other one with RKT_ERR_UNSUPPORTED before anything happens. */
  readonly ops: readonly DriverOp[];
  readonly sendSignals: boolean;
  readonly exec: boolean;
  readonly fsIsolation: 'none' | 'chroot' | 'image';
  readonly networkIsolationModes: readonly string[];
  readonly mustInitiateNetwork: boolean;
}

/** The type names of HCL. A `block` has attributes and no type. */
export type AttributeType =
  'bool' | 'number' | 'string' | 'list(number)' | 'list(string)' | 'map(string)' | 'list(map(string))';

/** One attribute of a configuration. */
export interface AttributeSpec {
  readonly name: string;
  readonly type: AttributeType | 'object';
  /** A block is written `name { … }`, and several times where its type is a list; an attribute once, `name = …`. */
  readonly form: 'attribute' | 'block';
  readonly required: boolean;
  /** The default. A block of attributes has the defaults of its attributes. */
  readonly default?: boolean | number | string | readonly string[];
  /** Those of a block of type `object`. */
  readonly attributes?: readonly AttributeSpec[];
}

export const PLUGIN_INFO: PluginInfo = {
  type: 'driver',
  name: 'rkt',
  pluginApiVersions: ['v0.1.0'],
  pluginVersion: PLUGIN_VERSION,
};

export const CAPABILITIES: Capabilities = /* @__PURE__ */ Object.freeze({
  kind: 'local',
  ops: DRIVER_OPS,
  sendSignals: true,
  exec: true,
  fsIsolation: 'image',
  networkIsolationModes: ['host', 'group'],
  mustInitiateNetwork: false,
});

// A page that imports one constant gets no more than that: bundlers drop what is marked.
const optional = /* @__NO_SIDE_EFFECTS__ */ (
  name: string,
  type: AttributeType,
  more: Pick<Partial<AttributeSpec>, 'form' | 'default'> = {},
): AttributeSpec => ({ name, type, form: 'attribute', required: false, ...more });

/** The defaults of these attributes are the options of createDriver, or those of rkt. */
export const CONFIG_SPEC: readonly AttributeSpec[] = [
  optional('volumes_enabled', 'bool', { default: true }),
  optional('allow_missing_isolation', 'bool'),
  optional('stats_interval', 'string', { default: '100ms' }),
  optional('rkt_path', 'string'),
  optional('rkt_dir', 'string'),
  optional('data_dir', 'string'),
  optional('cgroup_parent', 'string'),
  optional('concurrency', 'number'),
  optional('stage1', 'string'),
  {
    name: 'gc',
    type: 'object',
    form: 'block',
    required: false,
    attributes: [
      optional('pod', 'bool', { default: true }),
      optional('image', 'bool', { default: false }),
      optional('image_delay', 'string', { default: '3m' }),
    ],
  },
];

export const TASK_CONFIG_SPEC: readonly AttributeSpec[] = [
  { name: 'image', type: 'string', form: 'attribute', required: true },
  optional('command', 'string'),
  optional('args', 'list(string)'),
  optional('trust_prefix', 'string'),
  optional('insecure_options', 'list(string)'),
  optional('dns_servers', 'list(string)'),
  optional('dns_search_domains', 'list(string)'),
  optional('net', 'list(string)'),
  optional('port_map', 'list(map(string))', { form: 'block' }),
  optional('volumes', 'list(string)'),
  optional('no_overlay', 'bool'),
  optional('debug', 'bool'),
  optional('group', 'string'),
  optional('stage1', 'string'),
  optional('readonly_rootfs', 'bool'),
  optional('cap_retain', 'list(string)'),
  optional('cap_remove', 'list(string)'),
  optional('seccomp', 'string'),
  optional('hostname', 'string'),
  optional('working_dir', 'string'),
  optional('supplementary_groups', 'list(number)'),
];

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/**
 * Maps the client options of Nomad before 0.9 to the driver configuration: only `driver.rkt.volumes.enabled` is
 * known, and a value that is not a bool is ignored.
 *
 * @example
 * driver.setConfig(pluginLoader({ 'driver.rkt.volumes.enabled': 'true' }));
 */
export function pluginLoader(options: Readonly<Record<string, string>>): {
  readonly volumes_enabled?: boolean;
} {
  const value = options['driver.rkt.volumes.enabled'];
  if (value === undefined || !(TRUE.has(value) || FALSE.has(value))) return {};
  return { volumes_enabled: TRUE.has(value) };
}
