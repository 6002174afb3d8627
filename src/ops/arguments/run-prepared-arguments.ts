import { isIP } from 'node:net';

import { RktError } from '../../model/errors.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { globalArguments } from './global-arguments.ts';

/**
 * Arguments of `rkt run-prepared` for a task, from the global flags to the UUID.
 *
 * @throws {@link RktError} RKT_ERR_DNS
 */
export function runPreparedArguments(spec: TaskSpec, podId: string): readonly string[] {
  const { dns_search_domains: domains, net } = spec.config;
  return [
    ...globalArguments(spec),
    'run-prepared',
    ...dnsArguments(spec.config.dns_servers),
    ...domains.map((domain) => `--dns-search=${domain}`),
    ...(net.length === 0 ? [] : [`--net=${net.join(',')}`]),
    podId,
  ];
}

/** rkt finds bad DNS servers only after the pod is used up, so they are looked at here. */
export function dnsArguments(servers: readonly string[]): readonly string[] {
  const [only] = servers;
  if (servers.length === 1 && (only === 'host' || only === 'none')) return [`--dns=${only}`];
  const bad = servers.find((server) => isIP(server) === 0);
  if (bad !== undefined) throw new RktError('RKT_ERR_DNS', `dns_servers holds "${bad}"`);
  return servers.map((server) => `--dns=${server}`);
}
