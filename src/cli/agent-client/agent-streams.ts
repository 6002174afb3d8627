import type { IncomingMessage } from 'node:http';

import { Observable } from 'rxjs';

import { agentLost, errorOfBody, parseJson } from './agent-error.ts';
import type { AgentHttp } from './agent-http.ts';
import { createSseParser, type SseFrame } from './sse-parser.ts';

/** One value of a stream, with the topic it is of. */
export interface AgentMessage {
  readonly topic: string;
  readonly data: unknown;
}

export interface StreamQuery {
  readonly topics: readonly string[];
  readonly task?: string;
  readonly intervalMs?: number;
  readonly groups?: readonly string[];
  /** How many of the last events to send first. */
  readonly replay?: number;
}

/** Frames about the stream itself. */
const CONTROL: ReadonlySet<string> = new Set(['missed', 'dropped']);

/**
 * The values of some topics of an agent. Completes when the agent reports that they have ended.
 *
 * @throws RKT_ERR_AGENT_LOST when the stream ends without that report, and the errors that the agent reports
 */
export function agentStream(http: AgentHttp, query: StreamQuery): Observable<AgentMessage> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    const taskId = query.task;
    const take = ({ event, data }: SseFrame): void => {
      if (CONTROL.has(event)) return;
      if (event !== 'ended') {
        subscriber.next({ topic: event, data: parseJson(data) });
        return;
      }
      const error = errorOfBody(data, taskId === undefined ? {} : { taskId });
      if (error === undefined) subscriber.complete();
      else subscriber.error(error);
    };
    http
      .open({ path: pathOf(query), signal: controller.signal, ...(taskId !== undefined && { taskId }) })
      .then((response) => readFrames(response, take))
      .then(
        () => subscriber.error(agentLost(http.socketPath, 'ended the stream')),
        (error: unknown) =>
          subscriber.error(isCut(error) ? agentLost(http.socketPath, 'is gone', error) : error),
      );
    return () => controller.abort();
  });
}

async function readFrames(response: IncomingMessage, take: (frame: SseFrame) => void): Promise<void> {
  const parse = createSseParser();
  response.setEncoding('utf8');
  for await (const text of response) parse(String(text)).forEach(take);
}

function isCut(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function pathOf({ topics, task, intervalMs, groups, replay }: StreamQuery): string {
  const query = new URLSearchParams({ topics: topics.join(',') });
  if (task !== undefined) query.set('task', task);
  if (intervalMs !== undefined) query.set('intervalMs', String(intervalMs));
  if (groups !== undefined) query.set('groups', groups.join(','));
  if (replay !== undefined) query.set('replay', String(replay));
  return `/v1/streams?${query.toString()}`;
}
