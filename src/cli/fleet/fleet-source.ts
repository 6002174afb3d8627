import { resolve } from 'node:path';

import { RktError } from '../../model/rkt-error.ts';

/** Where the hosts of a fleet are found. */
export type FleetSource =
  { readonly kind: 'file'; readonly path: string } | SrvSource | NomadServiceSource | NomadNodesSource;

/** The SRV records of a name. */
export interface SrvSource {
  readonly kind: 'srv';
  readonly name: string;
  /** Of the agents. */
  readonly scheme: Scheme;
  /** `address:port` of a name server; that of the system when absent. */
  readonly server?: string;
}

/** The instances of a service in the catalogue of Nomad, 1.3 and later. */
export interface NomadServiceSource {
  readonly kind: 'nomad-service';
  /** Origin of Nomad's API. */
  readonly nomad: string;
  readonly service: string;
  readonly namespace?: string;
  readonly scheme: Scheme;
}

/** All nodes of Nomad, each with an agent at one port. */
export interface NomadNodesSource {
  readonly kind: 'nomad-nodes';
  readonly nomad: string;
  readonly port: number;
  /** Only nodes that have this task driver. */
  readonly driver?: string;
  readonly scheme: Scheme;
}

type Scheme = 'http' | 'https';

const FORMS =
  'a file, srv+http://NAME, nomad+http://HOST:4646/SERVICE or nomad+http://HOST:4646?port=9477 (or https)';

/**
 * Parses the argument of `--fleet`.
 *
 * @param cwd where a relative path begins
 * @throws RKT_ERR_OPTIONS
 */
export function parseFleetSource(text: string, cwd: string): FleetSource {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (text === '') throw wrong(text, 'is empty');
    return { kind: 'file', path: resolve(cwd, text) };
  }
  const [, kind = '', scheme = ''] = /^(srv|nomad)\+(https?):/.exec(text) ?? [];
  const rest = text.replace(/^(srv|nomad)\+/, '');
  if (kind === '' || !URL.canParse(rest)) throw wrong(text, `is none of ${FORMS}`);
  const url = new URL(rest);
  if (url.username !== '' || url.password !== '')
    throw wrong(text, 'has credentials; tokens belong into files, and the one of Nomad into NOMAD_TOKEN');
  if (url.hash !== '') throw wrong(text, 'has a fragment');
  return kind === 'srv' ? srvSource(text, url, scheme as Scheme) : nomadSource(text, url);
}

function srvSource(text: string, url: URL, scheme: Scheme): SrvSource {
  const { server } = queryOf(text, url, ['server']);
  if (url.pathname !== '/' || url.port !== '') throw wrong(text, 'has a path or a port beside the name');
  if (server !== undefined && !/^(\[[\da-f:]+\]|[\d.]+)(:\d+)?$/i.test(server))
    throw wrong(text, 'has a server that is not ADDRESS:PORT');
  return { kind: 'srv', name: url.hostname, scheme, ...(server !== undefined && { server }) };
}

function nomadSource(text: string, url: URL): NomadServiceSource | NomadNodesSource {
  const {
    port,
    driver,
    namespace,
    scheme = 'http',
  } = queryOf(text, url, ['port', 'driver', 'namespace', 'scheme']);
  if (scheme !== 'http' && scheme !== 'https') throw wrong(text, 'has a scheme that is not http or https');
  const service = decodeURIComponent(url.pathname.slice(1).replace(/\/$/, ''));
  const nomad = url.origin;
  if (service.includes('/')) throw wrong(text, 'has a path that is not the name of a service');
  if (service !== '' && port === undefined && driver === undefined)
    return { kind: 'nomad-service', nomad, service, scheme, ...(namespace !== undefined && { namespace }) };
  if (service !== '') throw wrong(text, 'has both a service and the port or driver of nodes');
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw wrong(text, 'has neither the name of a service in its path nor a port, as in ?port=9477');
  if (namespace !== undefined) throw wrong(text, 'has a namespace, and nodes have none');
  return { kind: 'nomad-nodes', nomad, port: number, scheme, ...(driver !== undefined && { driver }) };
}

function queryOf<Name extends string>(
  text: string,
  url: URL,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const unknown = [...url.searchParams.keys()].find((key) => !names.includes(key as Name));
  if (unknown !== undefined)
    throw wrong(text, `has ${JSON.stringify(unknown)}, and only ${names.join(', ')} are known`);
  return Object.fromEntries(url.searchParams) as Partial<Record<Name, string>>;
}

function wrong(text: string, what: string): RktError {
  const shown = text.replace(/\/\/[^/]*@/, '//');
  return new RktError('RKT_ERR_OPTIONS', `fleet: ${JSON.stringify(shown)} ${what}`);
}
