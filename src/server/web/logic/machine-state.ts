import type { Fingerprint } from '../../../model/fingerprint.ts';
import type { FleetHost } from '../../../model/fleet-host.ts';
import type { HostStats } from '../../../model/host-stats.ts';
import type { SamplingStats } from '../../../model/sampling-stats.ts';

/** The latest of the machine, the driver and its sampling; undefined until it was reported. */
export interface MachineState {
  readonly setHost: (host: HostStats) => void;
  readonly setFingerprint: (fingerprint: Fingerprint) => void;
  readonly setSampling: (sampling: SamplingStats) => void;
  readonly setHosts: (hosts: readonly FleetHost[]) => void;
  readonly host: () => HostStats | undefined;
  readonly fingerprint: () => Fingerprint | undefined;
  readonly sampling: () => SamplingStats | undefined;
  /** The hosts of a fleet; none of one machine. */
  readonly hosts: () => readonly FleetHost[];
}

export function createMachineState(): MachineState {
  let host: HostStats | undefined;
  let fingerprint: Fingerprint | undefined;
  let sampling: SamplingStats | undefined;
  let hosts: readonly FleetHost[] = [];
  return {
    setHost: (next) => (host = next),
    setFingerprint: (next) => (fingerprint = next),
    setSampling: (next) => (sampling = next),
    setHosts: (next) => (hosts = next),
    host: () => host,
    fingerprint: () => fingerprint,
    sampling: () => sampling,
    hosts: () => hosts,
  };
}
