import { BlockList, isIP } from 'node:net';
import { RktFailure, type RktContext } from '../embedded-context.ts';

type Environment = RktContext['env'];

/** A proxy. Its credentials are for the header alone, and in no message. */
export interface Proxy {
  readonly origin: URL;
  /** `proxy.example.com:3128`, for messages. */
  readonly shown: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization?: string;
}

const FORM = 'give http://[USER:PASSWORD@]HOST[:PORT], or https:// with the same';
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * The proxy that the environment names for a URL, as Go's programs choose it: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, in capitals
 * before small letters, unless `NO_PROXY` lists the host. Loopback hosts have none.
 *
 * @throws RktFailure for a variable that names no proxy; its value is not in the message
 */
export function proxyFor(env: Environment, url: string): Proxy | undefined {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const [variable, value] = variableOf(env, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (value === '' || isLoopback(host)) return undefined;
  const [, exceptions] = variableOf(env, 'NO_PROXY');
  const target = { host, port: port || (protocol === 'https:' ? '443' : '80') };
  if (exceptions.split(',').some((entry) => excepts(entry.trim().toLowerCase(), target))) return undefined;
  return parseProxy(variable, value);
}

function variableOf(env: Environment, name: string): readonly [string, string] {
  const found = [name, name.toLowerCase()].find((each) => (env[each] ?? '') !== '') ?? name;
  return [found, env[found] ?? ''];
}

function parseProxy(variable: string, value: string): Proxy {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const origin = URL.canParse(text) ? new URL(text) : undefined;
  if (origin === undefined || !/^https?:$/.test(origin.protocol) || origin.hostname === '')
    throw new RktFailure(`${variable} names no http or https proxy: ${FORM}`);
  const { username, password, host } = origin;
  const credentials = [username, password].map(decoded).join(':');
  const port = origin.port === '' ? (origin.protocol === 'https:' ? ':443' : ':80') : '';
  return {
    origin,
    shown: `${host}${port}`,
    ...(username !== '' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || isIn(LOOPBACK, host);
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

interface Target {
  readonly host: string;
  readonly port: string;
}

/** `*`, a host with all below it, `.example.com` for those below alone, an address or a network; each may have a port. */
function excepts(entry: string, { host, port }: Target): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const [, network = '', bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (bits !== undefined) return isInNetwork(network, Number(bits), host);
  const [, bare = entry, onlyPort] = isIP(entry) === 0 ? (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []) : [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const name = bare.replace(/^\[|\]$/g, '').replace(/^\*\./, '.');
  if (name.startsWith('.')) return host.endsWith(name);
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function isInNetwork(network: string, bits: number, host: string): boolean {
  const family = isIP(network);
  if (family === 0 || bits > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4');
  return isIn(list, host);
}
