import { RktFailure } from '../embedded-context.ts';
import type { PodApp, PodPort } from './pod-manifest.ts';

/** Checks that each port of the pod is one of exactly one app and that none is taken twice. @throws RktFailure */
export function checkPorts(apps: readonly PodApp[], ports: readonly PodPort[]): void {
  const taken = new Map<string, number>();
  for (const { name, hostPort, hostIP } of ports) {
    const found = apps.flatMap((app) => (app.app?.ports ?? []).filter((port) => port.name === name));
    const [port] = found;
    if (port === undefined)
      throw new RktFailure(`port name ${JSON.stringify(name)} could not be found in any apps`);
    if (found.length > 1)
      throw new RktFailure(`port name ${JSON.stringify(name)} is defined in multiple apps`);
    const key = `${port.protocol}-${hostIP ?? '0.0.0.0'}:${hostPort}`;
    const other = taken.get(key);
    if (other !== undefined) throw new RktFailure(`port ${key} already mapped to pod port ${other}`);
    taken.set(key, port.port);
  }
}
