import { RktError } from '../../model/errors.ts';
import type { TaskSpec } from '../../model/task-spec.ts';

const AC_NAME = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;

/** The blocks of `port_map` as one: label of a port of the task → port name in the image; later blocks win. */
export function mergedPortMap(config: TaskSpec['config']): Readonly<Record<string, string>> {
  return Object.fromEntries(config.port_map.flatMap((block) => Object.entries(block)));
}

/** True when the pod shares the network of the host, where there is nothing to map. */
export function hasHostNetwork(config: TaskSpec['config']): boolean {
  return config.net.includes('host');
}

/**
 * `--port` for every reserved and dynamic port of the task's first network.
 *
 * @throws {@link RktError} RKT_ERR_PORT_MAP
 */
export function portArguments({ config, resources }: TaskSpec): readonly string[] {
  if (hasHostNetwork(config)) return [];
  const portMap = new Map(Object.entries(mergedPortMap(config)));
  const [network] = resources.networks;
  if (network === undefined) {
    if (portMap.size === 0) return [];
    throw new RktError('RKT_ERR_PORT_MAP', 'port_map is set, but the task has no network');
  }
  const ports = [...network.reservedPorts, ...network.dynamicPorts];
  if (ports.length > 0 && config.net.includes('none')) {
    throw new RktError('RKT_ERR_PORT_MAP', 'the task has ports, but net is none');
  }
  return ports.map(({ label, value }) => {
    const name = portMap.get(label);
    if (name === undefined)
      throw new RktError('RKT_ERR_PORT_MAP', `port_map does not name the port "${label}"`);
    if (!AC_NAME.test(name)) {
      throw new RktError(
        'RKT_ERR_PORT_MAP',
        `port_map has "${name}" for "${label}", which no image port is called`,
      );
    }
    return `--port=${name}:${value}`;
  });
}
