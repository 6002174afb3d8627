import { RktFailure } from '../embedded-context.ts';
import type { ManifestPort } from '../manifest/manifest-types.ts';
import type { PodApp, PodPort } from './pod-manifest.ts';

/** What docker's `EXPOSE 80/tcp` is called. */
const NUMBERED = /^(?<port>\d{1,5})-(?<protocol>tcp|udp|sctp)$/;

/**
 * The ports of the apps that a name means. In a pod of one app, `80-tcp` is also the port of that number, whether the image
 * has another name for it or does not list it: a real rkt refuses it then.
 */
export function portsCalled(apps: readonly PodApp[], name: string): readonly ManifestPort[] {
  const listed = apps.flatMap(({ app }) => app?.ports ?? []);
  const named = listed.filter((port) => port.name === name);
  const { port: digits, protocol } = NUMBERED.exec(name)?.groups ?? {};
  const port = Number(digits);
  if (named.length > 0 || protocol === undefined || apps.length !== 1 || port < 1 || port > 65_535)
    return named;
  const same = listed.find((each) => each.port === port && each.protocol === protocol);
  return [same ?? { name, protocol, port, count: 1, socketActivated: false }];
}

/** Checks that each port of the pod is one of exactly one app and that none is taken twice. @throws RktFailure */
export function checkPorts(apps: readonly PodApp[], ports: readonly PodPort[]): void {
  const taken = new Map<string, number>();
  for (const { name, hostPort, hostIP } of ports) {
    const found = portsCalled(apps, name);
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
