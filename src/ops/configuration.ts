import {
  agentConfigSchema,
  driverConfigSchema,
  type AgentConfig,
  type DriverConfig,
} from '../model/driver-config.ts';
import { driverSettings, type DriverOptionsInput, type DriverSettings } from '../model/driver-options.ts';
import { RktError } from '../model/rkt-error.ts';
import { parseWith } from '../model/parse.ts';

/** What a driver was told, by the options of createDriver and by setConfig after that. */
export interface Configuration {
  /** @throws RKT_ERR_DRIVER_CONFIG, and everything stays as it was */
  readonly set: (config: unknown, agent?: unknown) => void;
  readonly current: () => { readonly driver: DriverConfig; readonly agent: AgentConfig };
  /** The options of createDriver, for what the configuration has no attribute for. */
  readonly options: DriverSettings;
  /** The settings to work with. Whoever has seen them relies on them, so from the first call on they stay. */
  readonly settings: () => DriverSettings;
}

/** The attributes that stand for options of createDriver. */
const SHAPING = {
  rkt_path: 'rkt',
  rkt_dir: 'rktDir',
  data_dir: 'dataDir',
  cgroup_parent: 'cgroupParent',
  concurrency: 'rktConcurrency',
} as const satisfies Partial<Record<keyof DriverConfig, keyof DriverSettings>>;

const ATTRIBUTES = Object.keys(SHAPING) as (keyof typeof SHAPING)[];

/** @throws RKT_ERR_OPTIONS */
export function createConfiguration(options: DriverOptionsInput): Configuration {
  const withoutConfig = driverSettings(options);
  let current: ReturnType<Configuration['current']> = { driver: driverConfigSchema.parse({}), agent: {} };
  let inUse: DriverSettings | undefined;

  return {
    set(config, agent = {}) {
      const next = {
        driver: parseWith(driverConfigSchema, config ?? {}, 'config', 'RKT_ERR_DRIVER_CONFIG'),
        agent: parseWith(agentConfigSchema, agent, 'agent', 'RKT_ERR_DRIVER_CONFIG'),
      };
      if (inUse !== undefined) checkUnchanged(inUse, shaped(withoutConfig, next.driver));
      current = next;
    },
    current: () => current,
    options: withoutConfig,
    settings: () => (inUse ??= shaped(withoutConfig, current.driver)),
  };
}

/** The settings with what the configuration gives of them. */
function shaped(settings: DriverSettings, config: DriverConfig): DriverSettings {
  const given = ATTRIBUTES.flatMap((attribute) => {
    const value = config[attribute];
    return value === undefined ? [] : [[SHAPING[attribute], value] as const];
  });
  return { ...settings, ...Object.fromEntries(given) };
}

function checkUnchanged(inUse: DriverSettings, next: DriverSettings): void {
  const changed = ATTRIBUTES.find((attribute) => inUse[SHAPING[attribute]] !== next[SHAPING[attribute]]);
  if (changed === undefined) return;
  const [now, wanted] = [inUse, next].map((settings) => JSON.stringify(settings[SHAPING[changed]]));
  throw new RktError(
    'RKT_ERR_DRIVER_CONFIG',
    `config.${changed}: the driver already uses ${now} and cannot change to ${wanted} (shut it down and configure a new one before its first use)`,
  );
}
