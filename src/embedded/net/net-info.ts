import type { PodAddress } from './cni-result.ts';

/** A network of a pod as `net-info.json` has it, in the key order of rkt. */
export interface NetInfo {
  readonly netName: string;
  /** The copy of its definition, relative to the pod's directory. */
  readonly netConf: string;
  readonly pluginPath: string;
  readonly ifName: string;
  readonly ip: string;
  readonly args: string;
  readonly mask: string;
  /** The address of IPv6 where there is one beside that of IPv4; rkt knows one address of a network. */
  readonly ip6?: string;
}

/** Content of the file. */
export function netInfoText(networks: readonly NetInfo[]): string {
  return `${JSON.stringify(networks)}\n`;
}

/** The two addresses of a network that `net-info.json` names. */
export function shownAddresses(addresses: readonly PodAddress[]): Pick<NetInfo, 'ip' | 'mask' | 'ip6'> {
  const four = addresses.find(({ family }) => family === 4);
  const six = addresses.find(({ family }) => family === 6);
  const first = four ?? six;
  if (first === undefined) return { ip: '', mask: '' };
  return {
    ip: first.ip,
    mask: maskText(first),
    ...(four !== undefined && six !== undefined ? { ip6: six.ip } : {}),
  };
}

/** A network's mask: `255.255.0.0`, or `ffff:ffff:ffff:ffff::`. */
export function maskText({ prefix, family }: PodAddress): string {
  const size = family === 4 ? 8 : 16;
  const parts = Array.from({ length: family === 4 ? 4 : 8 }, (_, i) => {
    const ones = Math.min(size, Math.max(0, prefix - i * size));
    return 2 ** size - 2 ** (size - ones);
  });
  if (family === 4) return parts.join('.');
  const used = parts.filter((part) => part > 0).map((part) => part.toString(16));
  return used.length === parts.length ? used.join(':') : `${used.join(':')}::`;
}
