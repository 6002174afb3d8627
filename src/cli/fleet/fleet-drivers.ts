import { concatMap, type OperatorFunction } from 'rxjs';

import type { FleetSources } from '../../drivers/fleet/index.ts';
import { createRemoteDriver, type AgentAddress } from '../../drivers/remote/index.ts';
import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { readCaFile } from '../contexts/ca-file.ts';
import type { FoundHost } from './found-host.ts';
import type { FindToken } from './host-token.ts';

/** How the agents of a fleet are reached. */
export interface FleetAccess {
  readonly findToken: FindToken;
  /** A file of certificates that are trusted for all hosts without one of their own. */
  readonly tlsCa?: string | undefined;
  readonly logger: Logger;
}

interface Access {
  readonly token?: string | undefined;
  readonly ca?: string | undefined;
}

/** A driver, and what it was created with. */
interface Known {
  readonly key: string;
  readonly driver: Driver;
}

/**
 * Hosts as the sources of a fleet. A host has the same driver for as long as its address and its token stay the same. A host
 * whose token or certificates cannot be read is asked without them, and is stale if its agent wants them.
 */
export function toDrivers({
  findToken,
  tlsCa,
  logger,
}: FleetAccess): OperatorFunction<readonly FoundHost[], FleetSources> {
  let known: ReadonlyMap<string, Known> = new Map();
  const warned = new Map<string, string>();
  const accessOf = async (host: FoundHost): Promise<Access> => {
    try {
      const caFile = host.caFile ?? (host.url.startsWith('https:') ? tlsCa : undefined);
      const access = { token: await findToken(host), ca: caFile && readCaFile(caFile) };
      warned.delete(host.name);
      return access;
    } catch (error) {
      const why = reasonOf(error);
      if (warned.get(host.name) !== why) logger.warn({ host: host.name }, why);
      warned.set(host.name, why);
      return {};
    }
  };
  return concatMap(async (hosts) => {
    const entries = await Promise.all(
      hosts.map(async (host): Promise<readonly [string, Known]> => {
        const address = addressOf(host.url, await accessOf(host));
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

function addressOf(url: string, { token, ca }: Access): AgentAddress {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(url)?.[1];
  if (socketPath !== undefined) return { socketPath };
  return { url, ...(token !== undefined && { token }), ...(ca !== undefined && { ca }) };
}
