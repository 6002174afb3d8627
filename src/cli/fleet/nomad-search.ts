import { reasonOf } from '../../model/reason-of.ts';
import type { NomadNodesSource, NomadServiceSource } from './fleet-source.ts';
import { agentUrlAt, withUniqueNames, type HostSearch } from './found-host.ts';
import type { NomadApi } from './nomad-api.ts';

/** The instances of a service, by the names of their nodes: or by address, when the token may not read nodes. */
export function nomadServiceSearch(
  { service, namespace, scheme }: NomadServiceSource,
  nomad: NomadApi,
): HostSearch {
  const namesOfNodes = async (): Promise<ReadonlyMap<string, string>> => {
    const nodes = await nomad.nodes();
    return new Map(nodes.map(({ ID, Name }) => [ID, Name]));
  };
  return {
    async find(warn) {
      const instances = await nomad.instances(service, namespace);
      if (instances.length === 0) warn(await whyNone(nomad, service, namespace));
      const names = await namesOfNodes().catch((error: unknown) => {
        warn(`Hosts are named by their addresses: ${reasonOf(error)}`);
        return new Map<string, string>();
      });
      return withUniqueNames(
        instances.map(({ NodeID, Address, Port }) => ({
          name: hostName(names.get(NodeID) ?? Address),
          port: Port,
          url: agentUrlAt(scheme, Address, Port),
        })),
      );
    },
  };
}

/** All nodes of Nomad, those that are down too: they are stale, which is what an operator wants to see. */
export function nomadNodesSearch({ port, driver, scheme }: NomadNodesSource, nomad: NomadApi): HostSearch {
  return {
    async find(warn) {
      const nodes = await nomad.nodes();
      const chosen = nodes.filter(
        ({ Drivers }) => driver === undefined || Drivers?.[driver]?.Detected === true,
      );
      if (chosen.length === 0)
        warn(driver === undefined ? 'Nomad has no node' : `Nomad has no node with the driver ${driver}`);
      return withUniqueNames(
        chosen.map(({ Name, Address }) => ({
          name: hostName(Name),
          port,
          url: agentUrlAt(scheme, Address, port),
        })),
      );
    },
  };
}

async function whyNone(nomad: NomadApi, service: string, namespace: string | undefined): Promise<string> {
  const known = await nomad.services(namespace);
  const where = namespace === undefined ? '' : ` in the namespace ${namespace}`;
  return `Nomad has no instance of ${service}${where}; it has ${known.length === 0 ? 'no services' : known.slice(0, 10).join(', ')}`;
}

function hostName(name: string): string {
  return name.replace(/[\s/]+/g, '-') || 'node';
}
