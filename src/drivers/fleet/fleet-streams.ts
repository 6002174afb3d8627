import {
  combineLatest,
  defer,
  distinctUntilChanged,
  filter,
  map,
  startWith,
  withLatestFrom,
  type Observable,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { DEFAULT_FIELD_GROUPS } from '../../model/field-groups.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import type { FleetHost } from '../../model/fleet-host.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import { createSeenIds, type SeenIds } from '../../model/seen-ids.ts';
import type { DriverStreams } from '../../streams-interface.ts';
import { createStreamTable, type StreamTable } from '../stream-table.ts';
import { combinedFingerprint } from './combined-fingerprint.ts';
import { combinedHostStats } from './combined-host-stats.ts';
import { combinedSamplingStats, countersOfLeftHosts, growingCounters } from './combined-sampling-stats.ts';
import type { FleetContext, FleetLink } from './fleet-link.ts';
import {
  checkedFingerprint,
  checkedHostStats,
  fleetEvent,
  fleetPods,
  fleetRecovery,
  fleetSamples,
  fleetStatuses,
} from './fleet-values.ts';
import { fleetConnection, hostStates, publicHosts } from './host-states.ts';
import { hostStream, type HostRequest } from './host-stream.ts';
import { arraysOfHosts, latestOfHosts, ofEachHost, valuesOfHosts } from './merge-hosts.ts';

/** As for every driver. */
const LEAST_INTERVAL_MS = 100;

/** The streams of a fleet, without those of one task. */
export interface FleetStreams
  extends Omit<DriverStreams, 'taskStats' | 'waitTask'>, Pick<Driver, 'followTasks'> {
  hosts(): Observable<readonly FleetHost[]>;
}

/** Each is shared by its subscribers; nothing is kept but the latest value of each host. */
export function createFleetStreams(context: FleetContext): FleetStreams {
  const table = createStreamTable();
  const states$ = table.latest('states', () => hostStates(context));
  return {
    hosts: () => states$.pipe(map(publicHosts)),
    connection: () =>
      states$.pipe(
        map((states) => fleetConnection(states, context.scheduler.now())),
        filter((connection) => connection !== undefined),
        distinctUntilChanged((a, b) => JSON.stringify(a) === JSON.stringify(b)),
      ),
    ...listStreams(context, table),
    ...metricStreams(context, table, states$),
    taskEvents: ({ replay = false } = {}) =>
      replay === false ? table.live('events', () => eventsOf(context, false)) : eventsOf(context, replay),
  };
}

function listStreams(
  context: FleetContext,
  table: StreamTable,
): Pick<FleetStreams, 'tasks' | 'pods' | 'followTasks'> {
  return {
    tasks: () =>
      table.latest('tasks', () =>
        latestOfHosts(context, {
          ...{ name: 'tasks', convert: fleetStatuses, owesFirst: true },
          open: (driver) => driver.tasks(),
        }).pipe(map(flattened)),
      ),
    pods: () =>
      table.latest('pods', () =>
        latestOfHosts(context, {
          ...{ name: 'pods', convert: fleetPods, owesFirst: true },
          open: (driver) => driver.pods(),
        }).pipe(map(flattened)),
      ),
    followTasks: () =>
      table.live('follow', () =>
        valuesOfHosts(context, {
          ...{ name: 'followTasks', convert: fleetRecovery, owesFirst: false },
          open: (driver) => driver.followTasks(),
        }),
      ),
  };
}

function metricStreams(
  context: FleetContext,
  table: StreamTable,
  states$: Observable<readonly FleetHost[]>,
): Pick<FleetStreams, 'fingerprint' | 'allTaskStats' | 'hostStats' | 'samplingStats'> {
  return {
    fingerprint: () => table.latest('fingerprint', () => fingerprintsOf(context, states$)),
    allTaskStats: ({ intervalMs = 1_000, groups = DEFAULT_FIELD_GROUPS } = {}) =>
      table.latest(JSON.stringify(['stats', intervalMs, groups]), () =>
        arraysOfHosts(
          context,
          {
            ...{ name: 'allTaskStats', convert: fleetSamples, owesFirst: true },
            open: (driver) => driver.allTaskStats({ intervalMs, groups }),
          },
          Math.max(LEAST_INTERVAL_MS, intervalMs),
        ),
      ),
    hostStats: ({ intervalMs = 10_000 } = {}) =>
      table.latest(`host ${intervalMs}`, () =>
        hostStatsOf(context, states$, Math.max(LEAST_INTERVAL_MS, intervalMs)),
      ),
    samplingStats: ({ intervalMs = 1_000 } = {}) =>
      table.latest(`sampling ${intervalMs}`, () =>
        samplingOf(context, Math.max(LEAST_INTERVAL_MS, intervalMs)),
      ),
  };
}

/** A host that was lost, or has not responded, makes the fleet no less current: it is described as stale. */
function fingerprintsOf(
  context: FleetContext,
  states$: Observable<readonly FleetHost[]>,
): Observable<Fingerprint> {
  const prints$ = latestOfHosts(context, {
    ...{ name: 'fingerprint', convert: checkedFingerprint, owesFirst: true },
    open: (driver) => driver.fingerprint(),
  });
  const none: ReadonlyMap<string, Fingerprint> = new Map();
  return combineLatest([prints$.pipe(startWith(none)), states$]).pipe(
    // Until the first host has responded there is nothing to say, but for hosts that all are lost.
    filter(
      ([prints, hosts]) => prints.size > 0 || hosts.every(({ connection }) => connection.state !== 'live'),
    ),
    map(([prints, hosts]) => combinedFingerprint(prints, hosts, context.scheduler.now())),
  );
}

function hostStatsOf(
  context: FleetContext,
  states$: Observable<readonly FleetHost[]>,
  intervalMs: number,
): Observable<HostStats> {
  const request: HostRequest<HostStats, HostStats> = {
    ...{ name: 'hostStats', convert: checkedHostStats, owesFirst: true },
    open: (driver) => driver.hostStats({ intervalMs }),
  };
  return latestOfHosts(context, request, intervalMs).pipe(
    withLatestFrom(states$),
    map(([stats, hosts]) => {
      const live = hosts.filter(({ connection }) => connection.state === 'live').map(({ host }) => host);
      return new Map([...stats].filter(([host]) => live.includes(host)));
    }),
    filter((stats) => stats.size > 0),
    map(combinedHostStats),
  );
}

function samplingOf(context: FleetContext, intervalMs: number): Observable<SamplingStats> {
  return defer(() => {
    const counters = new WeakMap<FleetLink, (stats: SamplingStats) => SamplingStats>();
    const countersOf = (link: FleetLink): ((stats: SamplingStats) => SamplingStats) => {
      const known = counters.get(link) ?? growingCounters();
      counters.set(link, known);
      return known;
    };
    const withLeft = countersOfLeftHosts();
    const request: HostRequest<SamplingStats, SamplingStats> = {
      ...{ name: 'samplingStats', owesFirst: true },
      convert: (stats, link) => countersOf(link)(stats),
      open: (driver) => driver.samplingStats({ intervalMs }),
    };
    return latestOfHosts(context, request, intervalMs).pipe(
      map(withLeft),
      filter((byHost) => byHost.size > 0),
      map(combinedSamplingStats),
    );
  });
}

/** More than any host keeps. */
const SEEN_EVENTS = 2_000;
/** Names, of hosts that have left too. */
const KNOWN_HOSTS = 5_000;

/** A stream that has failed is opened again with what the host keeps, and each event comes once. */
function eventsOf(context: FleetContext, replay: number | boolean): Observable<TaskEvent> {
  return defer(() => {
    const seenOf = new Map<string, SeenIds>();
    return ofEachHost(context, (link) => {
      // A host that has left and returned has its old events again.
      const known = seenOf.get(link.host);
      const seen = known ?? createSeenIds(SEEN_EVENTS);
      seenOf.set(link.host, seen);
      forgetOldest(seenOf);
      return hostStream(context, link, {
        ...{ name: 'taskEvents', convert: fleetEvent, owesFirst: false },
        open: (driver, isRetry) => driver.taskEvents({ replay: isRetry || known !== undefined || replay }),
      }).pipe(filter(({ id }) => seen.isNew(id)));
    });
  });
}

function forgetOldest(byHost: Map<string, unknown>): void {
  for (const oldest of byHost.keys()) {
    if (byHost.size <= KNOWN_HOSTS) return;
    byHost.delete(oldest);
  }
}

function flattened<T>(byHost: ReadonlyMap<string, readonly T[]>): readonly T[] {
  return Object.freeze([...byHost.values()].flat());
}
