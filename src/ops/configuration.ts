import {
  agentConfigSchema,
  driverConfigSchema,
  type AgentConfig,
  type DriverConfig,
} from '../model/driver-config.ts';
import { driverSettings, type DriverOptionsInput, type DriverSettings } from '../model/driver-options.ts';
import { RktError } from '../model/rkt-error.ts';
import { parseWith } from '../model/parse.ts';

/** The configuration of a driver: the options of createDriver, then setConfig. */
export interface Configuration {
  /** @throws RKT_ERR_DRIVER_CONFIG, and then nothing has changed */
  readonly set: (config: unknown, agent?: unknown) => void;
  readonly current: () => { readonly driver: DriverConfig; readonly agent: AgentConfig };
  /** The options of createDriver that have no attribute in the configuration. */
  readonly options: DriverSettings;
  /** The effective settings. Callers rely on them, so they are frozen by the first call. */
  readonly settings: () => DriverSettings;
}

/** The attributes that correspond to options of createDriver. */
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
        driver: parseWith(driverConfigSchema, config ?? {}, {
          what: 'config',
          code: 'RKT_ERR_DRIVER_CONFIG',
        }),
        agent: parseWith(agentConfigSchema, agent, { what: 'agent', code: 'RKT_ERR_DRIVER_CONFIG' }),
      };
      if (inUse !== undefined) checkUnchanged(inUse, shaped(withoutConfig, next.driver));
      current = next;
    },
    current: () => current,
    options: withoutConfig,
    settings: () => (inUse ??= shaped(withoutConfig, current.driver)),
  };
}

/** The settings, overridden by the configuration. */
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
