import { DRIVER_OPS, type DriverOp } from '../../model/driver-ops.ts';
import type { Capabilities } from '../../model/plugin.ts';
import { hasOp, type FleetContext, type FleetLink } from './fleet-link.ts';

/** These are of one driver, and have no meaning for several. */
const REFUSED: readonly DriverOp[] = ['config', 'setConfig', 'lockAgent'];
/** From the weakest. */
const ISOLATIONS: readonly Capabilities['fsIsolation'][] = ['none', 'chroot', 'image'];

/**
 * The ops, signals and exec that any host has; of isolation and network modes, which a caller relies on, what all have.
 * A host whose capabilities cannot be had does not count.
 */
export function fleetCapabilities({ links }: Pick<FleetContext, 'links'>): Capabilities {
  const all = links.flatMap((link) => capabilitiesOf(link) ?? []);
  const isolations = all.map(({ fsIsolation }) => fsIsolation);
  const [first] = all;
  return Object.freeze({
    kind: 'fleet',
    ops: DRIVER_OPS.filter((op) => !REFUSED.includes(op) && links.some((link) => hasOp(link, op))),
    sendSignals: all.some(({ sendSignals }) => sendSignals),
    exec: all.some(({ exec }) => exec),
    fsIsolation: ISOLATIONS.find((isolation) => isolations.includes(isolation)) ?? 'none',
    networkIsolationModes: (first?.networkIsolationModes ?? []).filter((mode) =>
      all.every(({ networkIsolationModes }) => networkIsolationModes.includes(mode)),
    ),
    mustInitiateNetwork: all.some(({ mustInitiateNetwork }) => mustInitiateNetwork),
  });
}

function capabilitiesOf({ driver }: FleetLink): Capabilities | undefined {
  try {
    return driver.capabilities();
  } catch {
    return undefined;
  }
}
