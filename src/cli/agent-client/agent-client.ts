import {
  NEVER,
  ReplaySubject,
  catchError,
  concat,
  map,
  merge,
  mergeMap,
  take,
  takeUntil,
  throwError,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import { z } from 'zod';

import { RktError } from '../../model/rkt-error.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { CommandDriver } from '../command-driver.ts';
import { agentLost } from './agent-error.ts';
import type { AgentHttp } from './agent-http.ts';
import { createAgentOps } from './agent-ops.ts';
import { agentStream, type StreamQuery } from './agent-streams.ts';
import { eventSchema, fingerprintSchema, hostSchema, samplesSchema, tasksSchema } from './answers.ts';
import { exitOf } from './wait-exit.ts';

/** The agent keeps no more events than this. */
const ALL_EVENTS = 1_000;

/**
 * The driver interface of the commands, implemented by requests to an agent. `inspectTask` returns the latest status
 * that the agent sent, so the currently known tasks are passed in.
 *
 * Streams fail with RKT_ERR_AGENT_LOST when the agent stops. At `shutdown`, which ends only this client, they end
 * like those of a driver.
 */
export function createAgentClient(http: AgentHttp, known: readonly TaskStatus[]): CommandDriver {
  const closingSubject = new ReplaySubject<void>(1);
  let tasks = known;
  const ops = createAgentOps(http, () => tasks);

  const untilClosed = <T>(source$: Observable<T>): Observable<T> =>
    source$.pipe(understood(http), takeUntil(closingSubject));
  const stream = <Schema extends z.ZodType>(
    query: StreamQuery,
    schema: Schema,
  ): Observable<z.output<Schema>> =>
    untilClosed(
      agentStream(http, query).pipe(
        mergeMap(({ data }) => [schema.parse(data)]),
        withoutEnd(http),
      ),
    );
  return {
    ...ops,
    tasks: () => stream({ topics: ['tasks'] }, tasksSchema).pipe(map((list) => (tasks = list))),
    allTaskStats: (options = {}) => stream({ topics: ['stats'], ...sampling(options) }, samplesSchema),
    taskStats: (task, options = {}) =>
      untilClosed(agentStream(http, { topics: ['stats'], task, ...sampling(options) })).pipe(
        mergeMap(({ data }) => samplesSchema.parse(data)),
        map(({ usage }) => usage),
      ),
    taskEvents: ({ replay = 0 } = {}) => {
      const count = typeof replay === 'number' ? replay : replay ? ALL_EVENTS : 0;
      return stream({ topics: ['events'], ...(count > 0 && { replay: count }) }, eventSchema);
    },
    fingerprint: () => stream({ topics: ['fingerprint'] }, fingerprintSchema),
    hostStats: (options = {}) => stream({ topics: ['host'], ...sampling(options) }, hostSchema),
    waitTask: (task) =>
      merge(
        closingSubject.pipe(map(failForShutdown)),
        exitOf(task, agentStream(http, { topics: ['tasks', 'events'], task }).pipe(withoutEnd(http))),
      ).pipe(understood(http), take(1)),
    // The agent follows other processes itself.
    followTasks: () => untilClosed(NEVER),
    shutdown() {
      closingSubject.next();
      return ops.shutdown();
    },
  };
}

function failForShutdown(): never {
  throw new RktError('RKT_ERR_SHUTDOWN', '');
}

interface SamplingOptions {
  readonly intervalMs?: number;
  readonly groups?: readonly string[];
}

function sampling({ intervalMs, groups }: SamplingOptions): SamplingOptions {
  return { ...(intervalMs !== undefined && { intervalMs }), ...(groups !== undefined && { groups }) };
}

/** Turns a response of an unexpected form into an error that names the agent. */
function understood<T>(http: AgentHttp): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    if (!(error instanceof z.ZodError)) throw error;
    throw notUnderstood(http, error);
  });
}

function notUnderstood({ socketPath }: AgentHttp, error: z.ZodError): RktError {
  return agentLost(socketPath, 'sent a response that this version does not understand', error);
}

/** These streams end only when the agent does. */
function withoutEnd<T>({ socketPath }: AgentHttp): MonoTypeOperatorFunction<T> {
  return (source$) =>
    concat(
      source$,
      throwError(() => agentLost(socketPath, 'was shut down')),
    );
}
