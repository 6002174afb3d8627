/** Nomad's three words for the health of a driver. */
export type DriverHealth = 'undetected' | 'unhealthy' | 'healthy';

/** Which rkt was found. */
export type RktRuntime = 'rkt' | 'embedded';

/**
 * What the driver says of itself and of the machine.
 *
 * Attributes are those of the original driver (`driver.rkt` = true, `driver.rkt.version`, `driver.rkt.appc.version`,
 * `driver.rkt.volumes.enabled` = true only when enabled) and `driver.rkt.runtime` (`real` or `embedded`),
 * `driver.rkt.cgroup.version` (`v1`, `v2` or `none`), `driver.rkt.stage1` (the default one, where it can be known).
 */
export interface Fingerprint {
  readonly health: DriverHealth;
  readonly description: string;
  readonly attributes: Readonly<Record<string, string | boolean>>;
  readonly timeMs: number;
}
