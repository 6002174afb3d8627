import { Observable } from 'rxjs';

import type { AgentMessage } from './agent-stream.ts';
import { openReconnecting } from './reconnecting-stream.ts';
import type { RemoteLink } from './remote-link.ts';
import { streamPath, type StreamQuery } from './stream-query.ts';

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
  return new Observable((subscriber) =>
    openReconnecting(
      link,
      { pathFrom: (position) => streamPath(query, position), taskId: query.task, endsItself },
      {
        message: (message) => {
          if (!isReport(link, message)) subscriber.next(message);
        },
        ...(live !== undefined && { live }),
        lost(error, delayMs) {
          lost?.(error);
          link.logger.debug({ error, delayMs }, 'The connection to the agent is lost; connecting again');
        },
        ended: () => subscriber.complete(),
        failed: (error) => subscriber.error(error),
      },
    ),
  );
}

/** Reports of what was not sent go to the link. */
function isReport(link: RemoteLink, { topic, data }: AgentMessage): boolean {
  if (topic !== 'missed' && topic !== 'dropped') return false;
  const report = (data ?? {}) as { readonly topic?: unknown; readonly count?: unknown };
  link.onMissed({
    topic: typeof report.topic === 'string' ? report.topic : 'events',
    ...(typeof report.count === 'number' && { count: report.count }),
  });
  return true;
}
