import type { GroupPort } from './task-resources.ts';

/** `[IP:]HOST:CONTAINER[/PROTOCOL]`, with an address of IPv6 in brackets. */
const PUBLISHED =
  /^(?:(?<ip>\[[^\]]+\]|[^:[\]]+):)?(?<host>\d{1,5}):(?<container>\d{1,5})(?:\/(?<protocol>tcp|udp|sctp))?$/;

/**
 * A port of an app at a port of the host; undefined for a text of another form. The image port 80/tcp is called `80-tcp`, as in the
 * images that are made from those of docker.
 */
export function publishedPort(text: string): GroupPort | undefined {
  const { ip, host = '', container = '', protocol = 'tcp' } = PUBLISHED.exec(text)?.groups ?? {};
  if (![Number(host), Number(container)].every((port) => port >= 1 && port <= 65_535)) return undefined;
  const hostIp = ip?.replace(/^\[(.*)\]$/, '$1');
  return {
    label: `${container}-${protocol}`,
    value: Number(host),
    ...(hostIp !== undefined && { hostIp }),
  };
}
