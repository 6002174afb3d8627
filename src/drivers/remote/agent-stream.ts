import { POSITION_HEADER } from '../../model/agent-version.ts';
import { STATS_CHANGES } from '../../model/stats-changes.ts';
import { StatsChangesError, StatsChangesReader } from '../../model/stats-changes-reader.ts';
import { parseJson } from './agent-error.ts';
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

/** What a stream is opened with. */
export interface StreamTarget {
  /** With its query. */
  readonly path: string;
  /** The task that an error is about. */
  readonly taskId?: string | undefined;
}

/** Receives what happens to one connection. Nothing comes after `ended` or `failed`. */
export interface StreamListener {
  /** The agent has answered. `position` is where its event log was then, unless it was empty. */
  readonly opened: (position: string | undefined) => void;
  /** Bytes have come: values, or a sign of life. */
  readonly received: () => void;
  readonly message: (message: AgentMessage) => void;
  /** The agent reports that the values have ended. */
  readonly ended: () => void;
  /** The connection ended without that report, or the agent reports an error. */
  readonly failed: (error: unknown) => void;
}

/**
 * Reads a stream of an agent over one connection; the function that it returns closes that. The topics `missed` and `dropped`
 * report values that were not sent.
 */
export function readAgentStream(
  requests: AgentRequests,
  { path, taskId }: StreamTarget,
  listener: StreamListener,
): () => void {
  const { errors, place } = requests;
  const controller = new AbortController();
  const about = taskId === undefined ? {} : { taskId };
  const close = (): void => controller.abort();
  const isClosed = (): boolean => controller.signal.aborted;
  /** Only the first end counts, and none after it was closed. */
  const end = (report: () => void): void => {
    if (isClosed()) return;
    close();
    report();
  };
  const changes = new StatsChangesReader();
  const take = ({ event, data, id }: SseFrame): void => {
    if (isClosed()) return;
    if (event !== 'ended') {
      const value = parseJson(data);
      if (event === STATS_CHANGES) listener.message({ topic: 'stats', data: changes.read(value), id });
      else listener.message({ topic: event, data: value, id });
      return;
    }
    const error = errors.ofBody(data, about);
    end(() => (error === undefined ? listener.ended() : listener.failed(error)));
  };
  const read = async (response: TransportResponse): Promise<void> => {
    if (isClosed()) return;
    listener.opened(response.header(POSITION_HEADER));
    const parse = createFrameParser(take);
    for await (const text of response.chunks()) {
      if (isClosed()) return;
      listener.received();
      parse(text);
    }
  };
  requests
    .open({ path, signal: controller.signal, ...about })
    .then(read)
    .then(
      () => end(() => listener.failed(errors.lost(place, 'ended the stream'))),
      (error: unknown) => end(() => listener.failed(lossOf(requests, error) ?? error)),
    );
  return close;
}

/** After this, a new connection may bring what this one did not. */
function lossOf({ errors, place }: AgentRequests, error: unknown): unknown {
  if (isCut(error)) return errors.lost(place, 'is gone', error);
  if (error instanceof StatsChangesError) return errors.lost(place, 'sent samples with a gap', error);
  return undefined;
}

/** A connection of Node, or a fetch, that broke. */
function isCut(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return (
    ['ECONNRESET', 'EPIPE'].includes(String(code)) ||
    error instanceof TypeError ||
    error instanceof RangeError
  );
}
