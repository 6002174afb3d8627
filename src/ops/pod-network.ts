import type { DriverNetwork } from '../model/driver-network.ts';
import { RktError } from '../model/rkt-error.ts';
import type { Pod } from '../model/pod.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import { catManifest } from '../rkt/rkt-cat-manifest.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { podStatus } from '../rkt/rkt-status.ts';
import { hasHostNetwork, mergedPortMap } from './arguments/port-arguments.ts';
import type { OpsContext } from './ops-context.ts';
import { isGlobalUnicast } from './ip-address.ts';
import type { PodStart } from '../rkt/disk/pod-files.ts';
import { waitUntil } from './wait-until.ts';

/** Without ports to map, the start does not wait longer for an address. */
const UNMAPPED_MS = 5_000;
const PROBE_MS = 250;

/**
 * The network of the pod, once it has one: the first reachable address of any of its networks.
 *
 * @throws {@link RktError} RKT_ERR_NETWORK when ports must be mapped and no network appears
 */
export async function driverNetwork(
  ctx: OpsContext,
  runner: RktRunner,
  task: TaskRecord,
  flavor: PodStart['flavor'],
): Promise<DriverNetwork | undefined> {
  const { config, networkNamespace } = task.spec;
  if (networkNamespace !== undefined || hasHostNetwork(config) || config.net.includes('none'))
    return undefined;
  if (flavor === 'ended') return undefined;
  const labels = Object.entries(mergedPortMap(config));
  const mustHave = labels.length > 0;
  const { podId = '' } = task;
  if (flavor === 'fly') {
    if (mustHave) throw noNetwork(podId, 'the fly stage1 gives a pod no separate network', false);
    return undefined;
  }
  const deadlineMs = mustHave ? ctx.timeouts.networkMs : Math.min(UNMAPPED_MS, ctx.timeouts.networkMs);
  const ip = await waitUntil(async () => usableAddress(await podStatus(runner, podId)), {
    everyMs: PROBE_MS,
    deadlineMs,
    scheduler: ctx.scheduler,
  });
  if (ip !== undefined) return { ip, portMap: await mapPorts(runner, podId, labels), autoAdvertise: false };
  if (mustHave) throw noNetwork(podId, `no address after ${deadlineMs} ms`);
  ctx.logger.warn({ podId, deadlineMs }, 'The pod has no address yet');
  return undefined;
}

function usableAddress(pod: Pod): string | undefined {
  return pod.networks?.map(({ ip }) => ip).find((ip) => ip !== undefined && isGlobalUnicast(ip));
}

async function mapPorts(
  runner: RktRunner,
  podId: string,
  labels: readonly (readonly [string, string])[],
): Promise<Record<string, number>> {
  if (labels.length === 0) return {};
  const apps = (await catManifest(runner, podId)).apps ?? [];
  const ports = apps.length === 1 ? (apps[0]?.app?.ports ?? []) : [];
  return Object.fromEntries(
    labels.map(([label, name]) => {
      const port = ports.find((candidate) => candidate.name === name)?.port;
      if (port !== undefined) return [label, port] as const;
      const has = ports.map((candidate) => candidate.name).join(', ') || 'none';
      throw new RktError(
        'RKT_ERR_PORT_MAP',
        `The image has no port "${name}" for "${label}"; it has ${has}`,
        { podId },
      );
    }),
  );
}

function noNetwork(podId: string, why: string, recoverable = true): RktError {
  const what = `Pod ${podId} has no network to map ports to: ${why}`;
  return new RktError('RKT_ERR_NETWORK', what, { podId, recoverable });
}
