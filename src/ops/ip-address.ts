import { BlockList, isIPv4, isIPv6 } from 'node:net';

const UNREACHABLE = new BlockList();
UNREACHABLE.addSubnet('0.0.0.0', 8);
UNREACHABLE.addSubnet('127.0.0.0', 8);
UNREACHABLE.addSubnet('169.254.0.0', 16);
UNREACHABLE.addSubnet('224.0.0.0', 4);
UNREACHABLE.addAddress('255.255.255.255');
UNREACHABLE.addSubnet('::', 127, 'ipv6');
UNREACHABLE.addSubnet('fe80::', 10, 'ipv6');
UNREACHABLE.addSubnet('ff00::', 8, 'ipv6');

/** True for an address that other machines can send to: not loopback, link-local, multicast or unspecified. */
export function isGlobalUnicast(address: string): boolean {
  if (isIPv4(address)) return !UNREACHABLE.check(address);
  return isIPv6(address) && !UNREACHABLE.check(address, 'ipv6');
}
