import { readAgentStream, type AgentMessage } from './agent-stream.ts';
import type { AgentRequests } from './agent-requests.ts';
import type { Timers } from './timers.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/** What the streams of one client share. */
export interface StreamLink {
  readonly requests: AgentRequests;
  /** Lost connections are opened again; otherwise the streams fail. */
  readonly reconnect: boolean;
  /** A connection that is silent for so long is lost. */
  readonly silenceMs: number;
  readonly scheduler: Timers;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Where a stream continues. */
export interface StreamPosition {
  /** Undefined when the agent had no events yet. */
  readonly lastEventId: string | undefined;
}

export interface ReconnectingOptions {
  /** The path with its query, at first and for each further connection. */
  readonly pathFrom: (position?: StreamPosition) => string;
  /** The task that an error is about. */
  readonly taskId?: string | undefined;
  /**
   * True where the end of the values is the end of the stream, as for the metrics of a task; otherwise it means that the agent
   * is being shut down.
   */
  readonly endsItself?: boolean;
}

/** Receives what comes over all connections. Nothing comes after `ended` or `failed`. */
export interface ReconnectingListener {
  readonly message: (message: AgentMessage) => void;
  /** Bytes have come: values, or a sign of life. */
  readonly received?: () => void;
  readonly live?: () => void;
  /** The next attempt is after the delay. */
  readonly lost?: (error: unknown, delayMs: number) => void;
  readonly ended: () => void;
  /** With an error that a new connection would meet again, and with any where the link does not reconnect. */
  readonly failed: (error: unknown) => void;
}

/**
 * Reads a stream of an agent over as many connections as it takes: backoff with jitter, resume after the last id, and a timeout
 * for silence. The remote driver and the dashboard both read their streams with it; it needs neither RxJS nor schemas, so that
 * the dashboard stays small. The function that it returns closes the stream.
 */
export function openReconnecting(
  link: StreamLink,
  { pathFrom, taskId, endsItself = false }: ReconnectingOptions,
  listener: ReconnectingListener,
): () => void {
  const { requests, scheduler, silenceMs } = link;
  const { errors, place } = requests;
  const timer = createTimer(scheduler);
  let position: StreamPosition | undefined;
  let failures = 0;
  let leave = (): void => undefined;
  const close = (): void => {
    timer.stop();
    leave();
  };
  const listen = (): void =>
    timer.restart(() => broken(errors.lost(place, `has sent nothing for ${silenceMs} ms`)), silenceMs);
  const broken = (error: unknown): void => {
    close();
    // Of a task that ended while the connection was lost.
    if (endsItself && position !== undefined && errors.isTaskGone(error)) listener.ended();
    else if (!link.reconnect || !errors.isPassing(error)) listener.failed(error);
    else {
      const delayMs = delayOf((failures += 1), link.random);
      timer.restart(connect, delayMs);
      listener.lost?.(error, delayMs);
    }
  };
  const connect = (): void => {
    listen();
    const target = { path: pathFrom(position), taskId };
    leave = readAgentStream(requests, target, {
      opened(lastEventId) {
        position ??= { lastEventId };
        listener.live?.();
      },
      received() {
        failures = 0;
        listen();
        listener.received?.();
      },
      message(message) {
        if (message.id !== undefined) position = { lastEventId: message.id };
        listener.message(message);
      },
      ended() {
        if (!endsItself) broken(errors.lost(place, 'was shut down'));
        else {
          close();
          listener.ended();
        }
      },
      failed: broken,
    });
  };
  connect();
  return close;
}

/** Doubles with each failure up to a limit; the jitter keeps the clients of one agent apart. */
export function delayOf(failures: number, random: () => number): number {
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
  return Math.round(fullMs * (0.5 + random() / 2));
}

function createTimer(timers: Timers): {
  readonly restart: (work: () => void, delayMs: number) => void;
  readonly stop: () => void;
} {
  let waiting: { unsubscribe(): void } | undefined;
  return {
    restart(work, delayMs) {
      waiting?.unsubscribe();
      waiting = timers.schedule(work, delayMs);
    },
    stop: () => waiting?.unsubscribe(),
  };
}
