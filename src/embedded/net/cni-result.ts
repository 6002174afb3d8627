import { isIP, isIPv4 } from 'node:net';

import { RktFailure } from '../embedded-context.ts';

/** An address that a plugin has given the pod. */
export interface PodAddress {
  readonly ip: string;
  /** Length of the network's prefix. */
  readonly prefix: number;
  readonly family: 4 | 6;
}

/** Name servers that a network brings along. */
export interface NetworkDns {
  readonly nameservers: readonly string[];
  readonly domain: string;
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** What a CNI plugin answers to ADD, in any version of the specification. */
export interface CniResult {
  /** As it was, for the next plugin and for DEL. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly addresses: readonly PodAddress[];
  /** Undefined where the result says nothing of name servers. */
  readonly dns: NetworkDns | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a plugin's result: `ip4` and `ip6` up to 0.2.0, `ips` since then. @throws RktFailure */
export function parseCniResult(text: string): CniResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RktFailure('its result is no JSON');
  }
  if (!isObject(value)) throw new RktFailure('its result is no JSON object');
  const raw = value;
  const texts = [addressText(raw['ip4'], 'ip'), addressText(raw['ip6'], 'ip')];
  const ips = Array.isArray(raw['ips']) ? (raw['ips'] as readonly unknown[]) : [];
  const all = [...texts, ...ips.map((entry) => addressText(entry, 'address'))];
  const addresses = all.filter((entry) => entry !== undefined).map(parseAddress);
  return { raw, addresses, dns: parseDns(raw['dns']) };
}

function addressText(value: unknown, key: string): string | undefined {
  if (!isObject(value)) return undefined;
  const text = value[key];
  return typeof text === 'string' ? text : undefined;
}

function parseAddress(text: string): PodAddress {
  const [ip = '', length = ''] = text.split('/');
  const bits = isIPv4(ip) ? 32 : 128;
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  if (isIP(ip) === 0 || !(prefix <= bits))
    throw new RktFailure(`its result has the address ${JSON.stringify(text)}`);
  return { ip, prefix, family: bits === 32 ? 4 : 6 };
}

function parseDns(value: unknown): NetworkDns | undefined {
  if (!isObject(value)) return undefined;
  const dns = {
    nameservers: list(value['nameservers']),
    domain: typeof value['domain'] === 'string' ? value['domain'] : '',
    search: list(value['search']),
    options: list(value['options']),
  };
  const isEmpty =
    dns.domain === '' && [dns.nameservers, dns.search, dns.options].every(({ length }) => length === 0);
  return isEmpty ? undefined : dns;
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
