import { RktError } from './rkt-error.ts';

/** Where to listen on TCP. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_HOST = '127.0.0.1';

/**
 * Reads `host:port`, `[address]:port`, `:port` or a port; without a host it is 127.0.0.1.
 *
 * @throws RKT_ERR_OPTIONS
 * @example
 * parseListenAddress('[::1]:9477'); // { host: '::1', port: 9477 }
 */
export function parseListenAddress(text: string): ListenAddress {
  const { host = '', port = '' } =
    /^(?:(?<host>\[[^\]]+\]|[^:[\]]*):)?(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (port === '' || Number(port) > 65_535)
    throw new RktError('RKT_ERR_OPTIONS', `listen: ${JSON.stringify(text)} is not host:port or a port`);
  return { host: host.replace(/^\[(.*)\]$/, '$1') || DEFAULT_HOST, port: Number(port) };
}
