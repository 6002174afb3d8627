import { RktError } from '../model/rkt-error.ts';
import { publishedPort } from '../model/published-port.ts';
import type { GroupPort, LabeledPort } from '../model/task-resources.ts';
import type { TaskConfigInput } from '../model/task-config.ts';
import type { TaskResourcesInput } from '../model/task-resources.ts';

/** The ports of a task as its specification has them. */
export interface PortsOfTask {
  readonly portMap: NonNullable<TaskConfigInput['port_map']>;
  readonly resources: Pick<TaskResourcesInput, 'networks' | 'ports'>;
}

/** The ports of `--publish` and `--port-map`. @throws RKT_ERR_OPTIONS */
export function portsOfFlags(publish: readonly string[], portMap: readonly string[]): PortsOfTask {
  const named = portMap.map(namedPort);
  const published = publish.map(portOfFlag);
  const labels = [
    ...named.map(({ label }) => [label, label]),
    ...published.map(({ label }) => [label, label]),
  ];
  return {
    portMap: labels.length === 0 ? [] : [Object.fromEntries(labels) as Record<string, string>],
    resources: {
      networks: named.length === 0 ? [] : [{ reservedPorts: named }],
      ...(published.length > 0 && { ports: published }),
    },
  };
}

/** `http:8080`: the port of the image called http, reachable at 8080 of the host. */
function namedPort(text: string): LabeledPort {
  const { label = '', value = '' } = /^(?<label>[^:=]+)[:=](?<value>\d+)$/.exec(text)?.groups ?? {};
  if (label === '') {
    throw new RktError('RKT_ERR_OPTIONS', `--port-map ${text} is not NAME:PORT, as in http:8080`);
  }
  return { label, value: Number(value) };
}

function portOfFlag(text: string): GroupPort {
  const port = publishedPort(text);
  if (port !== undefined) return port;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `--publish ${text} is not [IP:]HOSTPORT:PORT[/PROTOCOL], as in 8080:80 or 127.0.0.1:5353:53/udp`,
  );
}
