import { isIPv4 } from 'node:net';

import { RktError } from '../../model/rkt-error.ts';
import type { GroupPort } from '../../model/task-resources.ts';
import type { TaskSpec } from '../../model/task-spec.ts';

const AC_NAME = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;

/** The blocks of `port_map` as one: label of a port of the task → port name in the image; later blocks win. */
export function mergedPortMap(config: TaskSpec['config']): Readonly<Record<string, string>> {
  return Object.fromEntries(config.port_map.flatMap((block) => Object.entries(block)));
}

/** True when the pod shares the network of the host, which needs no port mapping. */
export function hasHostNetwork(config: TaskSpec['config']): boolean {
  return config.net.includes('host');
}

/**
 * `--port` for every reserved and dynamic port of the task's first network, and for those ports of its group that
 * `port_map` names: the others belong to other tasks.
 *
 * @throws {@link RktError} RKT_ERR_PORT_MAP
 */
export function portArguments({ config, resources, networkNamespace }: TaskSpec): readonly string[] {
  if (networkNamespace !== undefined || hasHostNetwork(config)) return [];
  const portMap = new Map(Object.entries(mergedPortMap(config)));
  const [network] = resources.networks;
  const { ports: offered = [] } = resources;
  if (network === undefined) checkLabels([...portMap.keys()], offered);
  const own = network === undefined ? [] : [...network.reservedPorts, ...network.dynamicPorts];
  const shared = offered.filter(
    ({ label }) => portMap.has(label) && !own.some((port) => port.label === label),
  );
  if (own.length + shared.length > 0 && config.net.includes('none')) {
    throw new RktError('RKT_ERR_PORT_MAP', 'the task has ports, but net is none');
  }
  return [
    ...own.map(({ label, value }) => `--port=${imagePort(portMap, label)}:${value}`),
    ...shared.map(({ label, value, hostIp }) => {
      return `--port=${imagePort(portMap, label)}:${hostAddress(hostIp)}${value}`;
    }),
  ];
}

/** A task without its own ports can only refer to those of its group. */
function checkLabels(labels: readonly string[], offered: readonly GroupPort[]): void {
  const stray = labels.find((wanted) => !offered.some(({ label }) => label === wanted));
  if (stray === undefined) return;
  const why =
    offered.length === 0
      ? 'port_map is set, but the task has no network'
      : `port_map names "${stray}"; the group has the ports ${offered.map(({ label }) => label).join(', ')}`;
  throw new RktError('RKT_ERR_PORT_MAP', why);
}

function imagePort(portMap: ReadonlyMap<string, string>, label: string): string {
  const name = portMap.get(label);
  if (name === undefined)
    throw new RktError('RKT_ERR_PORT_MAP', `port_map does not name the port "${label}"`);
  if (AC_NAME.test(name)) return name;
  throw new RktError(
    'RKT_ERR_PORT_MAP',
    `port_map has "${name}" for "${label}", which no image port is called`,
  );
}

/** rkt accepts only IPv4 addresses there; any other one means all addresses, like none. */
function hostAddress(ip: string | undefined): string {
  return ip === undefined || !isIPv4(ip) || ip === '0.0.0.0' ? '' : `${ip}:`;
}
