import type { RktContext } from '../embedded-context.ts';
import { NETWORK_DIR, type AttachedPlugin, type Attachment, type PortMapping } from './attachment-record.ts';
import { findPlugin } from './cni-plugin.ts';
import type { NetList } from './net-list.ts';
import { masquerades, takesPorts, type NetworkConfig, type PluginConfig } from './network-config.ts';

/** What a pod's networks are made of. */
export interface NetworkOrder {
  readonly networks: readonly NetworkConfig[];
  readonly list: NetList;
  readonly ports: readonly PortMapping[];
}

/** The calls that attach a pod to its networks, in their order. @throws RktFailure for a plugin that is not installed */
export function planAttachments(
  ctx: RktContext,
  { networks, list, ports }: NetworkOrder,
): readonly Attachment[] {
  const mapped = ports.length === 0 ? undefined : forwardedNetwork(networks);
  return networks.map((network, i) => ({
    netName: network.name,
    ifName: `eth${i}`,
    args: list.get(network.name) ?? '',
    netConf: `${NETWORK_DIR}/${network.file}`,
    cniVersion: network.cniVersion,
    plugins: pluginsOf(ctx, network, network === mapped ? ports : []),
  }));
}

/** Ports lead to the first network that masquerades, else to the last one, as with rkt. */
export function forwardedNetwork(networks: readonly NetworkConfig[]): NetworkConfig | undefined {
  return networks.find(masquerades) ?? networks.at(-1);
}

/** A network that has no plugin of its own for ports gets CNI's `portmap` at its end. */
function pluginsOf(
  ctx: RktContext,
  network: NetworkConfig,
  ports: readonly PortMapping[],
): readonly AttachedPlugin[] {
  const own = network.plugins;
  const configs = ports.length === 0 || own.some(takesPorts) ? own : [...own, PORTMAP];
  return configs.map((config) => ({
    path: findPlugin(ctx, config.type),
    config: {
      ...config,
      name: network.name,
      cniVersion: network.cniVersion,
      ...(ports.length > 0 && takesPorts(config) ? { runtimeConfig: { portMappings: ports } } : {}),
    },
  }));
}

const PORTMAP: PluginConfig = { type: 'portmap', snat: true, capabilities: { portMappings: true } };
