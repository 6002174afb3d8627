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

import { RktError, taskNotFound } from '../../model/rkt-error.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { CommandDriver } from '../command-driver.ts';
import { agentLost } from './agent-error.ts';
import type { AgentHttp, AgentRequest } from './agent-http.ts';
import { agentStream, type StreamQuery } from './agent-streams.ts';
import {
  auditSchema,
  eventSchema,
  fingerprintSchema,
  hostSchema,
  samplesSchema,
  tasksSchema,
} from './answers.ts';
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
  const closing = new AbortController();
  const closingSubject = new ReplaySubject<void>(1);
  let tasks = known;

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
  const ask = async (request: AgentRequest): Promise<unknown> => {
    try {
      return await http.json({ ...request, signal: closing.signal });
    } catch (error) {
      throw closing.signal.aborted ? new RktError('RKT_ERR_SHUTDOWN', '', { cause: error }) : error;
    }
  };
  const post = async (taskId: string, op: string, body: object): Promise<void> => {
    await ask({ method: 'POST', path: `${pathOf(taskId)}/${op}`, taskId, body });
  };

  return {
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
    inspectTask(taskId) {
      const task = tasks.find(({ id }) => id === taskId);
      if (task === undefined) throw taskNotFound(taskId);
      return task;
    },
    stopTask: (taskId, { timeoutMs, signal } = {}) =>
      post(taskId, 'stop', {
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(signal !== undefined && { signal }),
      }),
    signalTask: (taskId, signal) => post(taskId, 'signal', { signal }),
    async destroyTask(taskId, { force = false } = {}) {
      await ask({ method: 'DELETE', path: `${pathOf(taskId)}${force ? '?force=true' : ''}`, taskId });
    },
    async audit({ fix = false } = {}) {
      const answer = await ask({ method: fix ? 'POST' : 'GET', path: '/v1/audit' });
      const result = auditSchema.safeParse(answer);
      if (!result.success) throw notUnderstood(http, result.error);
      return result.data;
    },
    shutdown() {
      closingSubject.next();
      closing.abort();
      return Promise.resolve();
    },
  };
}

function failForShutdown(): never {
  throw new RktError('RKT_ERR_SHUTDOWN', '');
}

function pathOf(taskId: string): string {
  return `/v1/tasks/${encodeURIComponent(taskId)}`;
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
