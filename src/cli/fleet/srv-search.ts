import { Resolver } from 'node:dns/promises';

import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { SrvSource } from './fleet-source.ts';
import { agentUrlAt, withUniqueNames, type HostSearch } from './found-host.ts';

const TIMEOUT_MS = 3_000;

/** The targets of the SRV records of a name. A name without records has no hosts; a name server that fails is an error. */
export function srvSearch({ name, scheme, server }: SrvSource): HostSearch {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (server !== undefined) resolver.setServers([server]);
  return {
    async find(warn) {
      const records = await resolver.resolveSrv(name).catch((error: unknown) => {
        if (!hasNoRecords(error))
          throw new RktError(
            'RKT_ERR_UNEXPECTED',
            `The SRV records of ${name} cannot be had: ${reasonOf(error)}`,
          );
        warn(`${name} has no SRV record`);
        return [];
      });
      return withUniqueNames(
        records.map((record) => {
          const target = record.name.replace(/\.$/, '');
          return { name: target, port: record.port, url: agentUrlAt(scheme, target, record.port) };
        }),
      );
    },
  };
}

function hasNoRecords(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTFOUND' || code === 'ENODATA';
}
