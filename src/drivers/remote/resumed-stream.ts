import {
  EMPTY,
  ReplaySubject,
  Subject,
  catchError,
  concat,
  defer,
  finalize,
  merge,
  mergeMap,
  of,
  retry,
  startWith,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';

import { isRktError } from '../../model/rkt-error.ts';
import { agentLost } from './agent-error.ts';
import { agentStream, type AgentMessage, type StreamQuery } from './agent-stream.ts';
import type { RemoteLink } from './remote-link.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** Everything that an agent keeps, for a connection that began when it had no events yet. */
const ALL_EVENTS = 100_000;

/** What becomes of the connection of a stream. */
export interface ConnectionHooks {
  readonly live?: () => void;
  readonly lost?: (error: unknown) => void;
}

/**
 * The values of some topics of an agent, over as many connections as it takes. After a loss, events continue after the last
 * one that was received; what cannot be had again is reported to the link.
 *
 * @param endsItself true where the end of the topic is the end of the stream, as for the metrics of a task; for all others
 *   it means that the agent is being shut down
 * @throws errors that a new connection would meet again, and RKT_ERR_AGENT_LOST where the link does not reconnect
 */
export function resumedStream(
  link: RemoteLink,
  query: StreamQuery,
  endsItself = false,
  { live, lost }: ConnectionHooks = {},
): Observable<AgentMessage> {
  return defer(() => {
    let lastEventId: string | undefined;
    let isResumed = false;
    let failures = 0;
    const connection$ = defer(() => {
      const from = isResumed ? resumedQuery(query, lastEventId) : query;
      const silence = silenceOf(link);
      const opened = (position: string | undefined): void => {
        if (!isResumed) lastEventId = position;
        isResumed = true;
        live?.();
      };
      const received = (): void => {
        failures = 0;
        silence.restart();
      };
      const values$ = agentStream(link.requests, from, { opened, received }).pipe(finalize(silence.stop));
      return merge(endsItself ? values$ : withoutEnd(link, values$), silence.error$).pipe(
        catchError((error: unknown) => {
          // Of a task that ended while the connection was lost.
          if (endsItself && isResumed && isRktError(error, 'RKT_ERR_TASK_NOT_FOUND')) return EMPTY;
          throw error;
        }),
      );
    });
    return connection$.pipe(
      tap(({ id }) => (lastEventId = id ?? lastEventId)),
      retry({
        delay(error: unknown) {
          if (!link.reconnect || !isPassing(error)) throw error;
          lost?.(error);
          const delayMs = delayOf((failures += 1), link.random);
          link.logger.debug({ error, delayMs }, 'The connection to the agent is lost; connecting again');
          return timer(delayMs, link.scheduler);
        },
      }),
      mergeMap((message) => withoutReports(link, message)),
    );
  });
}

/** Doubles with each failure up to a limit; the jitter keeps the clients of one agent apart. */
export function delayOf(failures: number, random: () => number): number {
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
  return Math.round(fullMs * (0.5 + random() / 2));
}

function resumedQuery(query: StreamQuery, lastEventId: string | undefined): StreamQuery {
  if (!query.topics.includes('events')) return query;
  const { replay: _, ...rest } = query;
  return lastEventId === undefined ? { ...rest, replay: ALL_EVENTS } : { ...rest, lastEventId };
}

/** These streams end only when the agent does. */
function withoutEnd({ requests }: RemoteLink, values$: Observable<AgentMessage>): Observable<AgentMessage> {
  return concat(
    values$,
    throwError(() => agentLost(requests.place, 'was shut down')),
  );
}

/** An error when the connection is silent: the agent sends a sign of life every 15 s. */
function silenceOf({ silenceMs, scheduler, requests }: RemoteLink): {
  readonly error$: Observable<never>;
  readonly restart: () => void;
  readonly stop: () => void;
} {
  const restartSubject = new Subject<void>();
  const stopSubject = new ReplaySubject<void>(1);
  const error$ = restartSubject.pipe(
    startWith(undefined),
    switchMap(() => timer(silenceMs, scheduler)),
    mergeMap(() => throwError(() => agentLost(requests.place, `has sent nothing for ${silenceMs} ms`))),
    takeUntil(stopSubject),
  );
  return { error$, restart: () => restartSubject.next(), stop: () => stopSubject.next() };
}

/** Errors that can be over at the next attempt. */
function isPassing(error: unknown): boolean {
  const codes = ['RKT_ERR_AGENT_LOST', 'RKT_ERR_AGENT_BUSY', 'RKT_ERR_SHUTDOWN'] as const;
  return codes.some((code) => isRktError(error, code));
}

function withoutReports(link: RemoteLink, message: AgentMessage): Observable<AgentMessage> {
  const { topic, data } = message;
  if (topic !== 'missed' && topic !== 'dropped') return of(message);
  const report = (data ?? {}) as { readonly topic?: unknown; readonly count?: unknown };
  link.onMissed({
    topic: typeof report.topic === 'string' ? report.topic : 'events',
    ...(typeof report.count === 'number' && { count: report.count }),
  });
  return EMPTY;
}
