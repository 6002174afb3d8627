import type { Connection } from '../model/driver-connection.ts';
import type { FleetHost } from '../model/fleet-host.ts';
import { printable } from '../model/printable.ts';
import { clock } from './humanize.ts';

/** How current the values of a command are. */
export interface Freshness {
  /** When the connection of the command was lost; absent while it is there. */
  readonly staleSinceMs?: number;
  /** The hosts of a fleet that are lost, and since when. */
  readonly hosts: ReadonlyMap<string, number>;
  /** One for each loss: `stale since 12:00:01: the reason`. */
  readonly lines: readonly string[];
}

export const FRESH: Freshness = { hosts: new Map(), lines: [] };

/** Of a connection and the hosts of a fleet. */
export function freshness(connection: Connection, hosts: readonly FleetHost[]): Freshness {
  const stale = hosts.flatMap(({ host, connection: each }) =>
    each.state === 'stale' ? [{ host, ...each }] : [],
  );
  return {
    ...(connection.state === 'stale' && { staleSinceMs: connection.sinceMs }),
    hosts: new Map(stale.map(({ host, sinceMs }) => [host, sinceMs])),
    lines: [
      ...(connection.state === 'stale' ? [lineOf(connection)] : []),
      ...stale.map((each) => `host ${printable(each.host)} ${lineOf(each)}`),
    ],
  };
}

/** Until when the values of a host are known: ages are not counted beyond that. */
export function knownUntilMs(
  { staleSinceMs = Infinity, hosts }: Freshness,
  nowMs: number,
  host = '',
): number {
  return Math.min(nowMs, staleSinceMs, hosts.get(host) ?? Infinity);
}

function lineOf({ sinceMs, reason }: { readonly sinceMs: number; readonly reason?: string }): string {
  const since = `stale since ${clock(sinceMs).slice(0, 8)}`;
  return reason === undefined ? since : `${since}: ${printable(reason)}`;
}
