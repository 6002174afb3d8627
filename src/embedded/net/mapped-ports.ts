import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { locatePod, type PodEntry } from '../pods/phases.ts';
import { podStatuses, type PodStatus } from '../pods/pod-info.ts';
import type { PodManifest } from '../pods/pod-manifest.ts';
import { checkPorts, portsCalled } from '../pods/manifest-ports.ts';
import type { PortMapping } from './attachment-record.ts';
import { withNetworkLock } from './network-lock.ts';
import { claimPorts, findConflict, releasePorts, type PortClaim, type PortConflict } from './port-claims.ts';

/** The ports of a pod with the ports of the host that lead to them. @throws RktFailure in rkt's words */
export function mappedPorts({ apps, ports }: PodManifest): readonly PortMapping[] {
  const wanted = (ports ?? []).filter(({ hostPort }) => hostPort > 0);
  checkPorts(apps, wanted);
  return wanted.flatMap(({ name, hostPort, hostIP }) =>
    portsCalled(apps, name).map(({ port: containerPort, protocol }) => ({
      hostPort,
      containerPort,
      protocol,
      ...(hostIP === undefined ? {} : { hostIP }),
    })),
  );
}

/**
 * Claims ports of the host for a pod. A pod that has ended without giving its ports back gives them back first, by
 * `detach`: its rules would be hit before those of the new one.
 *
 * @throws RktFailure naming the port and the running pod that has it
 */
export async function takePorts(
  ctx: RktContext,
  pod: PodEntry,
  ports: readonly PortMapping[],
  detach: (ended: PodEntry) => Promise<unknown>,
): Promise<void> {
  if (ports.length === 0) return;
  for (;;) {
    const conflict = await withNetworkLock(() => {
      const found = findConflict(pod.dir, ports);
      if (found === undefined) claimPorts({ podDir: pod.dir, ports });
      return found;
    });
    if (conflict === undefined) return;
    const { owner } = conflict;
    const ended = statusOf(ctx, owner);
    if (ended?.state === 'running') throw portTaken(conflict);
    if (ended !== undefined) await detach(ended);
    await withNetworkLock(() => releasePorts(ended?.uuid ?? uuidOf(owner)));
  }
}

function portTaken({ wanted, owner }: PortConflict): RktFailure {
  const address = wanted.hostIP ?? '0.0.0.0';
  return new RktFailure(
    `port ${wanted.protocol}-${address}:${wanted.hostPort} of the host is already mapped to pod ${uuidOf(owner)}: ` +
      'stop that pod, or choose another port',
  );
}

/** The pod as it is now, in its own data directory; undefined when it has been removed. */
function statusOf(ctx: RktContext, { podDir }: PortClaim): PodStatus | undefined {
  const home = { ...ctx, dir: podDir.slice(0, podDir.indexOf('/pods/run/')) };
  const pod = locatePod(home, uuidOf({ podDir }));
  return pod === undefined ? undefined : podStatuses(home, [pod])[0];
}

const uuidOf = ({ podDir }: Pick<PortClaim, 'podDir'>): string => podDir.slice(podDir.lastIndexOf('/') + 1);
