import {
  auditTime,
  combineLatest,
  concat,
  defer,
  finalize,
  map,
  merge,
  of,
  startWith,
  tap,
  type Observable,
} from 'rxjs';

import { CLOSED, LIVE, type Connection } from '../../model/driver-connection.ts';
import type { FleetHost } from '../../model/fleet-host.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { FleetContext, FleetLink, HostFault } from './fleet-link.ts';
import { hostStream } from './host-stream.ts';
import { MERGE_MS, ofEachHost } from './merge-hosts.ts';

/** `isPending`: it has still time to respond. */
interface HostState extends FleetHost {
  readonly isPending: boolean;
}

/** All hosts, in the order of the sources: immediately, and after every change. */
export function hostStates(context: FleetContext): Observable<readonly HostState[]> {
  return defer(() => {
    const states = new WeakMap<FleetLink, HostState>();
    const changes$ = ofEachHost(context, (link) =>
      stateOf(context, link).pipe(tap((state) => states.set(link, state))),
    );
    return merge(context.links$, changes$).pipe(
      auditTime(MERGE_MS, context.scheduler),
      map(() => context.links.flatMap((link) => states.get(link) ?? [])),
    );
  });
}

/**
 * Live while any host is; stale when none is, since the last one was lost; closed when all are. Emits nothing while no
 * host has responded, and has time to. A fleet without hosts is stale.
 */
export function fleetConnection(states: readonly HostState[], nowMs: number): Connection | undefined {
  if (states.length === 0)
    return Object.freeze({ state: 'stale', sinceMs: nowMs, reason: 'the fleet has no host' });
  const connections = states.map(({ connection }) => connection);
  if (connections.some(({ state }) => state === 'live')) return LIVE;
  if (connections.every(({ state }) => state === 'closed')) return CLOSED;
  if (states.some(({ isPending }) => isPending)) return undefined;
  const stale = states.flatMap(({ host, connection }) =>
    connection.state === 'stale' ? [{ host, ...connection }] : [],
  );
  const last = stale.reduce((a, b) => (b.sinceMs > a.sinceMs ? b : a));
  const reason = `no host is live; the last one was ${last.host}: ${last.reason ?? 'no reason given'}`;
  return Object.freeze({ state: 'stale', sinceMs: last.sinceMs, reason });
}

function stateOf(context: FleetContext, link: FleetLink): Observable<HostState> {
  return defer(() => {
    const sinceMs = context.scheduler.now();
    const waiting: Connection = Object.freeze({
      state: 'stale',
      sinceMs,
      reason: 'has not responded yet',
    });
    const reported$ = hostStream(context, link, {
      name: 'connection',
      open: (driver) => driver.connection(),
      convert: checkedConnection,
      owesFirst: true,
    }).pipe(
      tap((connection) => link.connection$.next(connection)),
      finalize(() => link.connection$.next(undefined)),
    );
    return combineLatest([concat(reported$, of(CLOSED)).pipe(startWith(undefined)), link.faults$]).pipe(
      map(([reported, faults]) => {
        const isPending = reported === undefined && faults.size === 0;
        const connection = reported?.state === 'closed' ? CLOSED : (faulty(faults) ?? reported ?? waiting);
        return { host: link.host, connection, isPending };
      }),
    );
  });
}

/** The first of the faults that began. */
function faulty(faults: ReadonlyMap<object, HostFault>): Connection | undefined {
  const [first, ...others] = faults.values();
  if (first === undefined) return undefined;
  const { sinceMs, reason } = others.reduce((a, b) => (b.sinceMs < a.sinceMs ? b : a), first);
  return Object.freeze({ state: 'stale', sinceMs, reason });
}

function checkedConnection(connection: Connection): Connection {
  const { state } = connection;
  if (state === 'live') return LIVE;
  if (state === 'closed') return CLOSED;
  const { sinceMs, reason } = connection;
  if (typeof sinceMs !== 'number') throw new RktError('RKT_ERR_UNEXPECTED', 'a stale connection has no time');
  return Object.freeze({ state: 'stale', sinceMs, ...(reason === undefined ? {} : { reason }) });
}

/** What users of the fleet see of {@link hostStates}. */
export function publicHosts(states: readonly HostState[]): readonly FleetHost[] {
  return Object.freeze(states.map(({ host, connection }) => Object.freeze({ host, connection })));
}
