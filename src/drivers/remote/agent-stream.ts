import { Observable } from 'rxjs';

import { POSITION_HEADER } from '../../model/plugin.ts';
import { agentLost, errorOfBody, parseJson } from './agent-error.ts';
import type { AgentRequests } from './agent-requests.ts';
import type { TransportResponse } from './agent-transport.ts';
import { createFrameParser, type SseFrame } from './sse-frames.ts';

/** One value of a stream, with the topic it is of. */
export interface AgentMessage {
  readonly topic: string;
  readonly data: unknown;
  /** The position in the agent's event log; values of other topics have none. */
  readonly id?: string | undefined;
}

export interface StreamQuery {
  readonly topics: readonly string[];
  readonly task?: string;
  readonly intervalMs?: number;
  readonly groups?: readonly string[];
  /** How many of the last events to send first. */
  readonly replay?: number;
  /** The last event that was received, to send those after it first. */
  readonly lastEventId?: string | undefined;
}

/** What happens to one connection besides its values. */
export interface StreamHooks {
  /** The agent has answered. `position` is where its event log was then, unless it was empty. */
  readonly opened?: (position: string | undefined) => void;
  /** Bytes have come: values, or a sign of life. */
  readonly received?: () => void;
}

/**
 * The values of some topics of an agent, over one connection. Completes when the agent reports that they have ended. The
 * topics `missed` and `dropped` report values that were not sent.
 *
 * @throws RKT_ERR_AGENT_LOST when the stream ends without that report, and the errors that the agent reports
 */
export function agentStream(
  requests: AgentRequests,
  query: StreamQuery,
  { opened, received }: StreamHooks = {},
): Observable<AgentMessage> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    const taskId = query.task;
    const details = taskId === undefined ? {} : { taskId };
    const take = ({ event, data, id }: SseFrame): void => {
      if (event !== 'ended') {
        subscriber.next({ topic: event, data: parseJson(data), id });
        return;
      }
      const error = errorOfBody(data, details);
      if (error === undefined) subscriber.complete();
      else subscriber.error(error);
    };
    const read = async (response: TransportResponse): Promise<void> => {
      opened?.(response.header(POSITION_HEADER));
      const parse = createFrameParser(take);
      for await (const text of response.chunks()) {
        received?.();
        parse(text);
      }
    };
    requests
      .open({ path: pathOf(query), signal: controller.signal, ...details })
      .then(read)
      .then(
        () => subscriber.error(agentLost(requests.place, 'ended the stream')),
        (error: unknown) =>
          subscriber.error(isCut(error) ? agentLost(requests.place, 'is gone', error) : error),
      );
    return () => controller.abort();
  });
}

/** A connection of Node, or a fetch, that broke. */
function isCut(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    ['ECONNRESET', 'EPIPE'].includes(code ?? '') || error instanceof TypeError || error instanceof RangeError
  );
}

function pathOf({ topics, task, intervalMs, groups, replay, lastEventId }: StreamQuery): string {
  const query = new URLSearchParams({ topics: topics.join(',') });
  if (task !== undefined) query.set('task', task);
  if (intervalMs !== undefined) query.set('intervalMs', String(intervalMs));
  if (groups !== undefined) query.set('groups', groups.join(','));
  if (replay !== undefined) query.set('replay', String(replay));
  if (lastEventId !== undefined) query.set('lastEventId', lastEventId);
  return `/v1/streams?${query.toString()}`;
}
