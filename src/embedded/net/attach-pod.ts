import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { currentBoot } from '../current-boot.ts';
import { RktFailure, printMessage, wrapFailure, type RktContext } from '../embedded-context.ts';
import { resolvConfText } from '../pods/dns.ts';
import type { PodEntry } from '../pods/phases.ts';
import { readPodManifest } from '../pods/pod-info.ts';
import { NETWORK_DIR, writeRecord, type Attachment, type PortMapping } from './attachment-record.ts';
import { describeCall, findPlugin, runPlugin } from './cni-plugin.ts';
import { parseCniResult, type CniResult } from './cni-result.ts';
import { detachPod } from './detach-pod.ts';
import { loadNetworks, NETWORKING } from './load-networks.ts';
import { mappedPorts, takePorts } from './mapped-ports.ts';
import { netInfoText, shownAddresses } from './net-info.ts';
import { netMode, type NetList } from './net-list.ts';
import { masquerades, type NetworkConfig } from './network-config.ts';
import { withNetworkLock } from './network-lock.ts';
import { planAttachments } from './plan-attachments.ts';
import { NETWORK_RESOLV_CONF, pinnedNamespace } from './pod-namespace.ts';
import { acceptForwarding } from './sweep-rules.ts';

/** A pod that is to get its networks. */
export interface AttachOrder {
  readonly pod: PodEntry;
  readonly list: NetList;
  /** True for `--dns=none`: the name servers of plugins are ignored. */
  readonly ignoreDns: boolean;
}

/** An attachment with what its plugins have answered. */
interface Attached {
  readonly attachment: Attachment;
  readonly result: CniResult;
}

/**
 * Attaches the namespace of a pod to its networks and writes down what it got. When it fails, nothing is left.
 *
 * @throws RktFailure in rkt's words
 */
export async function attachPod(ctx: RktContext, order: AttachOrder): Promise<void> {
  const { pod, list } = order;
  const namespace = pinnedNamespace(pod.dir);
  if (namespace === undefined) throw new RktFailure(`pod ${pod.uuid} has no network namespace`);
  const isNone = netMode(list) === 'none';
  if (isNone) printMessage(ctx, 'networking namespace with loopback only', NETWORKING);
  const networks = isNone ? [] : load(ctx, list);
  const ports = mappedPorts(readPodManifest(pod));
  if (ports.length > 0 && networks.length === 0)
    throw new RktFailure('ports cannot be mapped: the pod has no network');
  const planned = planAttachments(ctx, { networks, list, ports });
  const loopback = findPlugin(ctx, 'loopback');
  try {
    mkdirSync(join(pod.dir, NETWORK_DIR), { recursive: true, mode: 0o755 });
    writeRecord(pod.dir, { bootId: currentBoot(), attachments: [], ports });
    // After the record: what is claimed by a helper that is killed here is found, and given back.
    await takePorts(ctx, pod, ports, (ended) => detachPod(ctx, ended));
    const site = { ctx, pod, namespace, ports };
    await addLoopback(site, loopback);
    const attached = await addAll(site, networks, planned);
    await acceptAll(site, networks, attached);
    writeAnswers(order, attached);
  } catch (error) {
    await detachPod(ctx, pod);
    throw error;
  }
}

interface Site {
  readonly ctx: RktContext;
  readonly pod: PodEntry;
  readonly namespace: string;
  readonly ports: readonly PortMapping[];
}

function load(ctx: RktContext, list: NetList): readonly NetworkConfig[] {
  try {
    return loadNetworks(ctx, list);
  } catch (error) {
    throw wrapFailure(error, 'error loading network definitions');
  }
}

async function addLoopback({ ctx, pod, namespace }: Site, path: string): Promise<void> {
  const config = { cniVersion: '0.4.0', name: 'rkt-loopback', type: 'loopback' };
  const call = { path, config, containerId: pod.uuid, namespace, ifName: 'lo', args: '' };
  await runPlugin(ctx, { command: 'ADD', ...call });
}

/** One after the other; each is written down before it begins. */
async function addAll(
  site: Site,
  networks: readonly NetworkConfig[],
  planned: readonly Attachment[],
): Promise<readonly Attached[]> {
  const { pod, ports } = site;
  const bootId = currentBoot();
  const done: Attached[] = [];
  const finished = (): Attachment[] =>
    done.map(({ attachment, result }) => ({ ...attachment, result: result.raw }));
  for (const [i, attachment] of planned.entries()) {
    writeFileSync(join(pod.dir, attachment.netConf), networks[i]?.text ?? '', { mode: 0o644 });
    writeRecord(pod.dir, { bootId, attachments: [...finished(), attachment], ports });
    try {
      done.push({ attachment, result: await addOne(site, attachment) });
    } catch (error) {
      throw wrapFailure(error, `error adding network ${JSON.stringify(attachment.netName)}`);
    }
  }
  writeRecord(pod.dir, { bootId, attachments: finished(), ports });
  return done;
}

async function addOne({ ctx, pod, namespace }: Site, attachment: Attachment): Promise<CniResult> {
  const { plugins, ifName, args } = attachment;
  const shared = { containerId: pod.uuid, namespace, ifName, args, lockDir: join(pod.dir, NETWORK_DIR) };
  let result: CniResult | undefined;
  for (const { path, config } of plugins) {
    const before = result === undefined ? {} : { prevResult: result.raw };
    const call = { command: 'ADD', path, config: { ...config, ...before }, ...shared } as const;
    const text = await runPlugin(ctx, call);
    try {
      result = parseCniResult(text);
    } catch (error) {
      if (!(error instanceof RktFailure)) throw error;
      throw new RktFailure(`${error.message} (${describeCall(call)})`);
    }
  }
  return result ?? { raw: {}, addresses: [], dns: undefined };
}

async function acceptAll(
  { ctx, pod, ports }: Site,
  networks: readonly NetworkConfig[],
  attached: readonly Attached[],
): Promise<void> {
  if (attached.length === 0) return;
  await withNetworkLock(() => {
    for (const [i, { attachment, result }] of attached.entries()) {
      const network = networks[i];
      const hasPorts = ports.length > 0 && attachment.plugins.some(({ config }) => 'runtimeConfig' in config);
      const passes = network !== undefined && masquerades(network);
      acceptForwarding(ctx, { uuid: pod.uuid, addresses: result.addresses, masquerades: passes, hasPorts });
    }
  });
}

/** `net-info.json` for those who list pods, and resolv.conf of the first network that has name servers. */
function writeAnswers({ pod, ignoreDns }: AttachOrder, attached: readonly Attached[]): void {
  const infos = attached.map(({ attachment, result }) => {
    const { netName, netConf, ifName, args, plugins } = attachment;
    const { ip, mask, ip6 } = shownAddresses(result.addresses);
    const pluginPath = plugins[0]?.path ?? '';
    return { netName, netConf, pluginPath, ifName, ip, args, mask, ...(ip6 === undefined ? {} : { ip6 }) };
  });
  if (infos.length > 0) writeFileSync(join(pod.dir, 'net-info.json'), netInfoText(infos), { mode: 0o644 });
  const named = ignoreDns ? undefined : attached.find(({ result }) => result.dns !== undefined);
  if (named?.result.dns === undefined) return;
  mkdirSync(join(pod.dir, NETWORK_RESOLV_CONF, '..'), { recursive: true });
  const text = resolvConfText(`from network ${named.attachment.netName}`, named.result.dns);
  writeFileSync(join(pod.dir, NETWORK_RESOLV_CONF), text, { mode: 0o644 });
}
