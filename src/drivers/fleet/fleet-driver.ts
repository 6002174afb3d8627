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
import { silentLogger, type Logger } from '../../model/logger.ts';
import { CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from '../../model/plugin.ts';
import { RktError } from '../../model/rkt-error.ts';
import { refusedOps } from '../refused-ops.ts';
import { auditHosts, recoverHosts, shutDownHosts } from './ask-hosts.ts';
import { fleetCapabilities } from './fleet-capabilities.ts';
import { createFleetLink, type FleetContext, type FleetLink } from './fleet-link.ts';
import { createFleetOps } from './fleet-ops.ts';
import { createFleetStreams } from './fleet-streams.ts';
import type { FleetHost } from './host-states.ts';

export interface FleetOptions {
  /** The drivers, of any kind, by the names of their hosts. A name contains no slash and no white space. */
  readonly sources: Readonly<Record<string, Driver>>;
  /** Shuts the sources down with the fleet. They are the caller's by default. */
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
  const { scheduler = asyncScheduler, logger = silentLogger, responseTimeoutMs = 10_000 } = options;
  if (!(responseTimeoutMs > 0))
    throw new RktError('RKT_ERR_OPTIONS', `responseTimeoutMs is a number above 0, not ${responseTimeoutMs}`);
  const context: FleetContext = { links: linksOf(options.sources), responseTimeoutMs, scheduler, logger };
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
      if (options.closeSources === true) await shutDownHosts(context);
    },
  };
}

/** @throws RKT_ERR_OPTIONS for no source, and for a name that cannot be part of an id */
function linksOf(sources: FleetOptions['sources']): readonly FleetLink[] {
  const entries = Object.entries(sources);
  if (entries.length === 0) throw new RktError('RKT_ERR_OPTIONS', 'A fleet has at least one source');
  const wrong = entries.find(([host]) => !/^[^\s/]+$/.test(host));
  if (wrong !== undefined)
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `The name of a host contains no slash and no white space, as ${JSON.stringify(wrong[0])} does`,
    );
  return entries.map(([host, driver]) => createFleetLink(host, driver));
}
