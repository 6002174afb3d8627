import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, systemErrorText, printMessage, type RktContext } from '../embedded-context.ts';
import { builtinNetworks } from './builtin-networks.ts';
import { ALL_NETWORKS, type NetList } from './net-list.ts';
import { parseNetworkConfig, type NetworkConfig } from './network-config.ts';

/** rkt prints what it has to say of networks under this name. */
export const NETWORKING = 'networking';

/** Where users define networks. */
export function networkDir(ctx: Pick<RktContext, 'localConfigDir'>): string {
  return join(ctx.localConfigDir, 'net.d');
}

/**
 * The networks of a list, in the order of their files: eth0, eth1, …
 *
 * @throws RktFailure for a definition that cannot be read, or a name that is not defined
 */
export function loadNetworks(ctx: RktContext, list: NetList): readonly NetworkConfig[] {
  const isWanted = ({ name }: NetworkConfig): boolean => list.has(ALL_NETWORKS) || list.has(name);
  const networks = new Map(
    builtinNetworks()
      .filter(isWanted)
      .map((network) => [network.name, network]),
  );
  const dir = networkDir(ctx);
  const own = new Set<string>();
  for (const file of configFiles(dir)) {
    const network = readNetwork(join(dir, file));
    if (!isWanted(network)) continue;
    const { name } = network;
    if (own.has(name)) {
      printMessage(ctx, `${JSON.stringify(name)} network already defined, ignoring ${file}`, NETWORKING);
      continue;
    }
    if (networks.has(name)) {
      printMessage(ctx, `overriding ${JSON.stringify(name)} network with one from ${dir}`, NETWORKING);
    }
    own.add(name);
    networks.set(name, network);
  }
  const missing = [...list.keys()].filter((name) => name !== ALL_NETWORKS && !networks.has(name));
  if (missing.length > 0) throw new RktFailure(`networks not found: ${missing.join(', ')}`);
  return [...networks.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** rkt reads `.conf` alone; today's definitions are lists. */
function configFiles(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.conf(list)?$/.test(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new RktFailure(systemErrorText('open', dir, error));
  }
}

function readNetwork(path: string): NetworkConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new RktFailure(systemErrorText('open', path, error));
  }
  return parseNetworkConfig(path, text);
}
