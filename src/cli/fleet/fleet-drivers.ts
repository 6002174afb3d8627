import { concatMap, type OperatorFunction } from 'rxjs';

import type { FleetSources } from '../../drivers/fleet/index.ts';
import { createRemoteDriver, type AgentAddress } from '../../drivers/remote/index.ts';
import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import type { FoundHost } from './found-host.ts';
import type { FindToken } from './host-token.ts';

/** A driver, and what it was created with. */
interface Known {
  readonly key: string;
  readonly driver: Driver;
}

/**
 * Hosts as the sources of a fleet. A host has the same driver for as long as its address and its token stay the same. A host
 * whose token cannot be read is asked without one, and is stale if its agent wants it.
 */
export function toDrivers(
  findToken: FindToken,
  logger: Logger,
): OperatorFunction<readonly FoundHost[], FleetSources> {
  let known: ReadonlyMap<string, Known> = new Map();
  const warned = new Map<string, string>();
  const tokenOf = async (host: FoundHost): Promise<string | undefined> => {
    try {
      const token = await findToken(host);
      warned.delete(host.name);
      return token;
    } catch (error) {
      const why = reasonOf(error);
      if (warned.get(host.name) !== why) logger.warn({ host: host.name }, why);
      warned.set(host.name, why);
      return undefined;
    }
  };
  return concatMap(async (hosts) => {
    const entries = await Promise.all(
      hosts.map(async (host): Promise<readonly [string, Known]> => {
        const address = addressOf(host.url, await tokenOf(host));
        const key = JSON.stringify(address);
        const before = known.get(host.name);
        if (before?.key === key) return [host.name, before];
        return [host.name, { key, driver: createRemoteDriver({ ...address, logger }) }];
      }),
    );
    known = new Map(entries);
    return Object.fromEntries(entries.map(([name, { driver }]) => [name, driver]));
  });
}

function addressOf(url: string, token: string | undefined): AgentAddress {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(url)?.[1];
  if (socketPath !== undefined) return { socketPath };
  return { url, ...(token !== undefined && { token }) };
}
