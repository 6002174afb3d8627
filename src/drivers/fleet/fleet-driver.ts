import {
  ReplaySubject,
  asyncScheduler,
  endWith,
  firstValueFrom,
  map,
  merge,
  race,
  take,
  takeUntil,
  takeWhile,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { CLOSED } from '../../model/driver-connection.ts';
import type { FleetHost } from '../../model/fleet-host.ts';
import { silentLogger, type Logger } from '../../model/logger.ts';
import { CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from '../../model/plugin.ts';
import { RktError } from '../../model/rkt-error.ts';
import { refusedOps } from '../refused-ops.ts';
import { auditHosts, recoverHosts, shutDownHosts } from './ask-hosts.ts';
import { fleetCapabilities } from './fleet-capabilities.ts';
import type { FleetContext } from './fleet-link.ts';
import { createFleetLinks } from './fleet-links.ts';
import { createFleetOps } from './fleet-ops.ts';
import { createFleetStreams } from './fleet-streams.ts';

/** Drivers by the names of their hosts. */
export type FleetSources = Readonly<Record<string, Driver>>;

export interface FleetOptions {
  /**
   * The drivers, of any kind, by the names of their hosts. A name contains no slash and no white space. As an observable,
   * each of its values is the whole fleet: hosts that are new join, those that are missing leave, and one with another driver
   * is replaced. Values that are wrong are logged, and change nothing, as does an error.
   */
  readonly sources: FleetSources | Observable<FleetSources>;
  /** Shuts the sources down with the fleet, and one that leaves it then. They are the caller's by default. */
  readonly closeSources?: boolean;
  /**
   * A host that has not responded for so long is stale, and `recoverTasks`, `audit` and `shutdown` go on without it. Default
   * 10 000.
   */
  readonly responseTimeoutMs?: number;
  /** Silent by default. */
  readonly logger?: Logger;
  /** The clock of all streams and timers; tests pass a virtual one. */
  readonly scheduler?: SchedulerLike;
}

/** One driver of the tasks of several hosts. The id of a task is `host/id`. */
export interface FleetDriver extends Driver {
  /**
   * All hosts in the order of the sources, and how current their values are: immediately, and after every change.
   * Completes at shutdown.
   *
   * @example
   * fleet.hosts().subscribe((hosts) => {
   *   console.log(hosts.filter(({ connection }) => connection.state !== 'live').map(({ host }) => host));
   * });
   */
  hosts(): Observable<readonly FleetHost[]>;
}

/**
 * Merges drivers into one. Ids of tasks and events begin with the host; ops are done by the host that the id names. A
 * host that is slow, dead or wrong delays no other, and is stale in `hosts()`.
 *
 * @throws RKT_ERR_OPTIONS
 * @example
 * const fleet = createFleetDriver({ sources: { 'node-1': driver } });
 * fleet.tasks().subscribe((tasks) => console.log(tasks.map(({ id }) => id))); // node-1/web
 * await fleet.stopTask('node-1/web');
 */
export function createFleetDriver(options: FleetOptions): FleetDriver {
  const { context, close } = openFleet(options);
  const closedSubject = new ReplaySubject<void>(1);
  let isClosed = false;
  const until = <T>(values$: Observable<T>): Observable<T> => values$.pipe(takeUntil(closedSubject));
  const shutDown$ = closedSubject.pipe(
    map((): never => {
      throw new RktError('RKT_ERR_SHUTDOWN', '');
    }),
  );
  const untilShutdown = async <T>(op: () => Promise<T>): Promise<T> => {
    if (isClosed) throw new RktError('RKT_ERR_SHUTDOWN', '');
    return await firstValueFrom(race(shutDown$, op()));
  };
  const streams = createFleetStreams(context);
  const ops = createFleetOps(context, untilShutdown);
  return {
    ...refusedOps('fleet'),
    ...ops,
    pluginInfo: () => PLUGIN_INFO,
    capabilities: () => fleetCapabilities(context),
    configSchema: () => CONFIG_SPEC,
    taskConfigSchema: () => TASK_CONFIG_SPEC,
    audit: (auditOptions) => untilShutdown(() => auditHosts(context, auditOptions)),
    recoverTasks: () => untilShutdown(() => recoverHosts(context)),
    hosts: () => until(streams.hosts()),
    connection: () =>
      until(streams.connection()).pipe(
        takeWhile(({ state }) => state !== 'closed'),
        endWith(CLOSED),
      ),
    fingerprint: () => until(streams.fingerprint()),
    taskEvents: (eventOptions) => until(streams.taskEvents(eventOptions)),
    taskStats: (id, statsOptions) => until(ops.taskStats(id, statsOptions)),
    allTaskStats: (statsOptions) => until(streams.allTaskStats(statsOptions)),
    tasks: () => until(streams.tasks()),
    pods: () => until(streams.pods()),
    hostStats: (statsOptions) => until(streams.hostStats(statsOptions)),
    samplingStats: (statsOptions) => until(streams.samplingStats(statsOptions)),
    followTasks: () => until(streams.followTasks()),
    waitTask: (id) => merge(shutDown$, ops.waitTask(id)).pipe(take(1)),
    async shutdown() {
      if (isClosed) return;
      isClosed = true;
      closedSubject.next();
      await close();
    },
  };
}

/** The hosts of a fleet, and what ends them. @throws RKT_ERR_OPTIONS */
function openFleet({
  sources,
  closeSources = false,
  responseTimeoutMs = 10_000,
  logger = silentLogger,
  scheduler = asyncScheduler,
}: FleetOptions): { readonly context: FleetContext; readonly close: () => Promise<void> } {
  if (!(responseTimeoutMs > 0))
    throw new RktError('RKT_ERR_OPTIONS', `responseTimeoutMs is a number above 0, not ${responseTimeoutMs}`);
  const settings = { responseTimeoutMs, scheduler, logger };
  const links = createFleetLinks(sources, {
    logger,
    onLeft: (link) => void (closeSources && shutDownHosts(settings, [link])),
  });
  const context: FleetContext = {
    get links() {
      return links.current;
    },
    links$: links.all$,
    ...settings,
  };
  return {
    context,
    async close() {
      links.close();
      if (closeSources) await shutDownHosts(settings, links.current);
    },
  };
}
