import { defer, filter, map, mergeMap, type Observable } from 'rxjs';
import type { z } from 'zod';

import { createSeenIds } from '../../model/seen-ids.ts';
import type { TaskEvent } from '../../model/task-event.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import type { DriverStreams } from '../../streams-interface.ts';
import type { AgentMessage } from './agent-stream.ts';
import {
  eventSchema,
  fingerprintSchema,
  hostSchema,
  hostsSchema,
  podsSchema,
  samplesSchema,
  samplingSchema,
  tasksSchema,
} from './answers.ts';
import { connectionOf } from './remote-connection.ts';
import type { RemoteLink } from './remote-link.ts';
import { resumedStream } from './resumed-stream.ts';
import type { StreamQuery } from './stream-query.ts';
import { createStreamTable } from '../stream-table.ts';
import { understood } from './understood.ts';
import { exitOf } from './wait-exit.ts';

/** The agent keeps no more events than this. */
const ALL_EVENTS = 1_000;
/** That of a local driver; an agent's own is shorter. */
const HOST_INTERVAL_MS = 10_000;

/** The streams of an agent without an end of their own; `onTasks` gets each list of tasks. */
export function createRemoteStreams(
  link: RemoteLink,
  onTasks: (tasks: readonly TaskStatus[]) => void,
): DriverStreams {
  const table = createStreamTable();
  const read = <Schema extends z.ZodType>(query: StreamQuery, schema: Schema): Observable<z.output<Schema>> =>
    resumedStream(link, query).pipe(
      mergeMap(({ data }: AgentMessage) => [schema.parse(data)]),
      understood(link.requests),
    );
  /** The same for all subscribers with the same query; a new one gets the latest value. */
  const latest = <Schema extends z.ZodType>(
    query: StreamQuery,
    schema: Schema,
  ): Observable<z.output<Schema>> => table.latest(JSON.stringify(query), () => read(query, schema));

  const events = (query: StreamQuery): Observable<TaskEvent> =>
    defer(() => {
      const ids = createSeenIds();
      return read(query, eventSchema).pipe(filter(({ id }) => ids.isNew(id)));
    });
  return {
    connection: () => table.latest('connection', () => connectionOf(link)),
    tasks: () =>
      table.latest('tasks', () =>
        read({ topics: ['tasks'] }, tasksSchema).pipe(
          map((tasks) => {
            onTasks(tasks);
            return tasks;
          }),
        ),
      ),
    allTaskStats(options = {}) {
      const query = { topics: ['stats'], ...sampling(options) };
      return table.latest(JSON.stringify(query), () => samplesIn(link, query));
    },
    taskStats(task, options = {}) {
      const query = { topics: ['stats'], task, ...sampling(options) };
      return table.latest(JSON.stringify(query), () =>
        samplesIn(link, query, true).pipe(
          mergeMap((samples) => samples),
          map(({ usage }) => usage),
        ),
      );
    },
    taskEvents({ replay = 0 } = {}) {
      const count = typeof replay === 'number' ? replay : replay ? ALL_EVENTS : 0;
      if (count > 0) return events({ topics: ['events'], replay: count });
      return table.live('events', () => events({ topics: ['events'] }));
    },
    fingerprint: () => latest({ topics: ['fingerprint'] }, fingerprintSchema),
    hostStats: ({ intervalMs = HOST_INTERVAL_MS } = {}) =>
      latest({ topics: ['host'], intervalMs }, hostSchema),
    samplingStats: (options = {}) => latest({ topics: ['sampling'], ...sampling(options) }, samplingSchema),
    hosts: () => latest({ topics: ['hosts'] }, hostsSchema),
    pods: () => latest({ topics: ['pods'] }, podsSchema),
    waitTask: (task) =>
      exitOf(task, resumedStream(link, { topics: ['tasks', 'events'], task })).pipe(
        understood(link.requests),
      ),
  };
}

function samplesIn(
  link: RemoteLink,
  query: StreamQuery,
  endsItself = false,
): Observable<readonly TaskStatsSample[]> {
  return resumedStream(link, query, endsItself).pipe(
    map(({ data }) => samplesOf(data)),
    understood(link.requests),
  );
}

/** What the schema demands, at a small part of its cost; the schema makes the error. */
function samplesOf(data: unknown): readonly TaskStatsSample[] {
  const { samples } = (data ?? {}) as { readonly samples?: readonly TaskStatsSample[] };
  return Array.isArray(samples) && samples.every(isSample) ? samples : samplesSchema.parse(data);
}

function isSample(sample: TaskStatsSample | undefined): boolean {
  const usage = sample?.usage;
  return (
    typeof sample?.taskId === 'string' &&
    typeof usage?.timestampMs === 'number' &&
    typeof usage.source === 'string' &&
    isObject(usage.cpu) &&
    isObject(usage.memory)
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

interface SamplingOptions {
  readonly intervalMs?: number;
  readonly groups?: readonly string[];
}

function sampling({ intervalMs, groups }: SamplingOptions): SamplingOptions {
  return { ...(intervalMs !== undefined && { intervalMs }), ...(groups !== undefined && { groups }) };
}
