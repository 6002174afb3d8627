import type { Connection } from '../../../model/driver-connection.ts';
import type { FleetHost } from '../../../model/fleet-host.ts';
import { absoluteText, clockText } from './format.ts';

/** Whether the values of a host of a fleet are of the past; those of one machine never are. */
export function isAway(connection: Connection | undefined): boolean {
  return connection !== undefined && connection.state !== 'live';
}

/** The time that the values of a stale host are of (epoch, ms). */
export function staleSinceMs(connection: Connection | undefined): number | undefined {
  return connection?.state === 'stale' ? connection.sinceMs : undefined;
}

/** `live`, `closed`, or `stale since 14:03:22`, with the date in place of the time when it is another day. */
export function connectionText(connection: Connection, nowMs: number): string {
  if (connection.state !== 'stale') return connection.state;
  const { sinceMs } = connection;
  const isToday = new Date(sinceMs).toDateString() === new Date(nowMs).toDateString();
  return `stale since ${isToday ? clockText(sinceMs) : absoluteText(sinceMs).split(' ', 1).join('')}`;
}

/** With the reason, for what is shown on hover. */
export function connectionTitle(connection: Connection): string {
  if (connection.state !== 'stale') return connection.state;
  const { sinceMs, reason } = connection;
  return [`stale since ${absoluteText(sinceMs)}`, reason ?? ''].filter(Boolean).join('\n');
}

/** `2 live · 1 stale`, without what there is none of. */
export function connectionCounts(hosts: readonly FleetHost[]): string {
  return (['live', 'stale', 'closed'] as const)
    .map((state) => [hosts.filter(({ connection }) => connection.state === state).length, state] as const)
    .flatMap(([count, state]) => (count === 0 ? [] : [`${count} ${state}`]))
    .join(' · ');
}

/** Hosts that are away first, otherwise in their order. */
export function awayFirst(hosts: readonly FleetHost[]): readonly FleetHost[] {
  return [...hosts].sort((a, b) => Number(isAway(b.connection)) - Number(isAway(a.connection)));
}
