import {
  EMPTY,
  NEVER,
  ReplaySubject,
  Subject,
  asyncScheduler,
  endWith,
  map,
  merge,
  take,
  takeUntil,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { CLOSED } from '../../model/driver-connection.ts';
import type { DriverOp } from '../../model/driver-ops.ts';
import { silentLogger, type Logger } from '../../model/logger.ts';
import { CAPABILITIES, CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from '../../model/plugin.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { DriverStreams } from '../../streams-interface.ts';
import { refusedOps } from '../refused-ops.ts';
import { createAgentOps } from './agent-ops.ts';
import { createAgentRequests } from './agent-requests.ts';
import type { AgentTransport } from './agent-transport.ts';
import { alertsOf, type AgentAlert } from './remote-alerts.ts';
import type { Missed, RemoteLink } from './remote-link.ts';
import { remoteExec } from './remote-exec.ts';
import { createRemoteStreams } from './remote-streams.ts';

/** How a remote driver deals with its agent. */
export interface RemoteOptions {
  /** Lost connections are opened again, with backoff; `false`: streams fail with RKT_ERR_AGENT_LOST. Default true. */
  readonly reconnect?: boolean;
  /** A connection is lost when nothing has come for so long; an agent sends a sign of life every 15 s. Default 40 000. */
  readonly silenceMs?: number;
  /** Timeout of an op or look-up; whether the agent did it is unknown after that. Default 600 000. */
  readonly opTimeoutMs?: number;
  /** The tasks that `inspectTask` knows before the agent was asked. */
  readonly tasks?: readonly TaskStatus[];
  /** Silent by default. */
  readonly logger?: Logger;
  /** The clock of all streams and timers; tests pass a virtual one. */
  readonly scheduler?: SchedulerLike;
}

/** A driver of the tasks of another machine. */
export interface RemoteDriver extends Driver {
  /**
   * What the agent could not send: values that it dropped because this client did not read in time, and events that it no
   * longer had after a reconnect. Completes at shutdown.
   *
   * @example
   * remote.missed().subscribe(({ topic, count }) => console.log(`${count ?? 'some'} of ${topic} are missing`));
   */
  missed(): Observable<Missed>;
  /**
   * The alerts of the agent: first the active ones, then those that begin and end. Completes at shutdown.
   *
   * @example
   * remote.alerts().subscribe(({ state, message }) => console.log(state, message));
   */
  alerts(): Observable<AgentAlert>;
}

const DEFAULT_SILENCE_MS = 40_000;
const DEFAULT_OP_TIMEOUT_MS = 600_000;
const OPS = [
  'startTask',
  'stopTask',
  'restartTask',
  'destroyTask',
  'signalTask',
  'execTask',
  'execTaskStreaming',
  'describeTask',
  'readTaskLog',
  'audit',
] as const satisfies readonly DriverOp[];

/** A driver over one way to an agent. */
export function createDriverOver(transport: AgentTransport, options: RemoteOptions = {}): RemoteDriver {
  const { logger = silentLogger, scheduler = asyncScheduler, reconnect = true, tasks = [] } = options;
  const closedSubject = new ReplaySubject<void>(1);
  const closing = new AbortController();
  const missedSubject = new Subject<Missed>();
  const requests = createAgentRequests(transport);
  const { update, ...ops } = createAgentOps(requests, {
    tasks,
    timeoutMs: options.opTimeoutMs ?? DEFAULT_OP_TIMEOUT_MS,
  });
  const link: RemoteLink = {
    requests,
    reconnect,
    silenceMs: options.silenceMs ?? DEFAULT_SILENCE_MS,
    scheduler,
    logger,
    random: Math.random,
    onMissed: (missed) => missedSubject.next(missed),
  };
  const untilClosed = <T>(values$: Observable<T>): Observable<T> => values$.pipe(takeUntil(closedSubject));
  return {
    ...refusedOps('remote'),
    ...ops,
    execTaskStreaming: (taskId, exec) => remoteExec({ ...link, closing: closing.signal }, taskId, exec),
    ...untilShutdown(createRemoteStreams(link, update), closedSubject),
    capabilities: () => REMOTE_CAPABILITIES,
    pluginInfo: () => PLUGIN_INFO,
    configSchema: () => CONFIG_SPEC,
    taskConfigSchema: () => TASK_CONFIG_SPEC,
    // The agent follows other processes itself.
    followTasks: () => untilClosed(NEVER),
    missed: () => untilClosed(missedSubject),
    alerts: () => untilClosed(alertsOf(link)),
    async shutdown() {
      closedSubject.next();
      closing.abort();
      missedSubject.complete();
      await ops.shutdown();
    },
  };
}

const REMOTE_CAPABILITIES = Object.freeze({ ...CAPABILITIES, kind: 'remote', ops: OPS });

/** Ends the streams as those of a local driver end. */
function untilShutdown(streams: DriverStreams, closed$: Observable<void>): DriverStreams {
  const until = <T>(values$: Observable<T>): Observable<T> => values$.pipe(takeUntil(closed$));
  const shutDown$ = closed$.pipe(
    map((): never => {
      throw new RktError('RKT_ERR_SHUTDOWN', '');
    }),
  );
  return {
    connection: () => streams.connection().pipe(takeUntil(closed$), endWith(CLOSED)),
    fingerprint: () => until(streams.fingerprint()),
    taskEvents: (options) => until(streams.taskEvents(options)),
    taskStats: (id, options) => until(streams.taskStats(id, options)),
    allTaskStats: (options) => until(streams.allTaskStats(options)),
    tasks: () => until(streams.tasks()),
    hosts: () => until(streams.hosts?.() ?? EMPTY),
    pods: () => until(streams.pods()),
    hostStats: (options) => until(streams.hostStats(options)),
    samplingStats: (options) => until(streams.samplingStats(options)),
    waitTask: (id) => merge(shutDown$, streams.waitTask(id)).pipe(take(1)),
  };
}
