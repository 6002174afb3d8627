import { isIP } from 'node:net';

import { RktError } from '../../model/rkt-error.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { globalArguments } from './global-arguments.ts';

/**
 * Arguments of `rkt run-prepared` for a task, from the global flags to the UUID. With `tty` the app gets the terminal of rkt.
 *
 * @throws {@link RktError} RKT_ERR_DNS
 */
export function runPreparedArguments(
  spec: TaskSpec,
  podId: string,
  { tty = false }: { readonly tty?: boolean } = {},
): readonly string[] {
  const { hostname } = spec.config;
  // the network of the process that starts rkt is that of the namespace
  const net = spec.networkNamespace === undefined ? spec.config.net : ['host'];
  return [
    ...globalArguments(spec),
    'run-prepared',
    ...resolverArguments(spec),
    ...(net.length === 0 ? [] : [`--net=${net.join(',')}`]),
    ...(hostname === undefined ? [] : [`--hostname=${hostname}`]),
    ...(tty ? ['--interactive=true'] : []),
    podId,
  ];
}

/** The DNS settings of the task override those of its group, whose options apply only with servers. */
function resolverArguments({ config, dns }: TaskSpec): readonly string[] {
  const servers = dnsArguments(config.dns_servers.length === 0 ? (dns?.servers ?? []) : config.dns_servers);
  const isWord = servers[0] === '--dns=host' || servers[0] === '--dns=none';
  const group = isWord ? undefined : dns;
  const domains = config.dns_search_domains.length === 0 ? group?.searches : config.dns_search_domains;
  return [
    ...servers,
    ...(domains ?? []).map((domain) => `--dns-search=${domain}`),
    ...(group?.options ?? []).map((option) => `--dns-opt=${option}`),
  ];
}

/** rkt rejects invalid DNS servers only after the pod is used up, so they are validated here. */
export function dnsArguments(servers: readonly string[]): readonly string[] {
  const [only] = servers;
  if (servers.length === 1 && (only === 'host' || only === 'none')) return [`--dns=${only}`];
  const bad = servers.find((server) => isIP(server) === 0);
  if (bad !== undefined) throw new RktError('RKT_ERR_DNS', `the DNS servers hold "${bad}"`);
  return servers.map((server) => `--dns=${server}`);
}
