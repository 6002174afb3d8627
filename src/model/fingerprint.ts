/** The three health states of a driver in Nomad. */
export type DriverHealth = 'undetected' | 'unhealthy' | 'healthy';

/** Which rkt was found. */
export type RktRuntime = 'rkt' | 'embedded';

/**
 * The health of the driver and the attributes of the machine.
 *
 * Attributes are those of the original driver (`driver.rkt` = true, `driver.rkt.version`, `driver.rkt.appc.version`,
 * `driver.rkt.volumes.enabled` = true only when enabled) and `driver.rkt.runtime` (`real` or `embedded`),
 * `driver.rkt.cgroup.version` (`v1`, `v2` or `none`), `driver.rkt.stage1` (the default one, if it is known); of the
 * embedded rkt `driver.rkt.stage1.fly`, `.oci` and `driver.rkt.networks` (a version or true, else false, with the reason in
 * `driver.rkt.stage1.oci.reason` and so on).
 */
export interface Fingerprint {
  readonly health: DriverHealth;
  readonly description: string;
  readonly attributes: Readonly<Record<string, string | boolean>>;
  readonly timeMs: number;
}
