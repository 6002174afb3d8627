import type { EventLog } from './event-log.ts';
import { HEARTBEAT, frame } from './sse-frame.ts';

/** Where the bytes of one client go: a response of Node. */
export interface Sink {
  /** False when the client has not taken what was written before; `onDrain` tells when it has. */
  write(bytes: Buffer): boolean;
  onDrain(listener: () => void): void;
  end(): void;
  /** Cuts the connection. */
  destroy(): void;
}

/** What a client wants of the event log. */
export interface EventWish {
  readonly topics: ReadonlySet<string>;
  readonly task: string | undefined;
  readonly position: number;
  /** Its last event was of another run of the agent: how many it missed cannot be known. */
  readonly isForeign: boolean;
}

/**
 * One reader of streams. It holds at most one frame a topic, the latest, and a position in the event log: while the reader
 * is slow, samples are replaced and counted, and events wait in the log.
 */
export interface SseClient {
  offer(topic: string, bytes: Buffer): void;
  /** Control frames: few, and never replaced. */
  tell(bytes: Buffer): void;
  /** Writes what is due, as long as the reader takes it. */
  flush(): void;
  heartbeat(): void;
  /** Since when the reader has taken nothing; undefined while it does. */
  readonly blockedSinceMs: number | undefined;
  readonly dropped: number;
  end(): void;
  destroy(): void;
}

export interface SseClientDeps {
  readonly sink: Sink;
  readonly log: EventLog;
  readonly events: EventWish | undefined;
  readonly nowMs: () => number;
}

/** Control frames that a reader who takes nothing can make us hold. */
const MAX_CONTROL_FRAMES = 100;

export function createSseClient({ sink, log, events, nowMs }: SseClientDeps): SseClient {
  const pending = new Map<string, Buffer>();
  const losses = new Map<string, number>();
  const control: Buffer[] = [];
  let position = events?.position ?? 0;
  let isForeign = events?.isForeign ?? false;
  let dropped = 0;
  let blockedSinceMs: number | undefined;

  const write = (bytes: Buffer): boolean => {
    if (!sink.write(bytes)) blockedSinceMs = nowMs();
    return blockedSinceMs === undefined;
  };
  const flushEvents = (): void => {
    if (events === undefined) return;
    if (isForeign) {
      isForeign = false;
      if (!write(frame('missed', { restarted: true }))) return;
    }
    if (position < log.oldest) {
      const count = log.oldest - position;
      position = log.oldest;
      if (!write(frame('missed', { count }))) return;
    }
    for (let entry = log.at(position); entry !== undefined; entry = log.at(position)) {
      position += 1;
      const isWanted =
        events.topics.has(entry.topic) && (events.task === undefined || entry.taskId === events.task);
      if (isWanted && !write(entry.bytes)) return;
    }
  };
  const flushSamples = (): void => {
    for (const [topic, bytes] of pending) {
      if (blockedSinceMs !== undefined) return;
      const count = losses.get(topic);
      pending.delete(topic);
      losses.delete(topic);
      // The notice is a few bytes: it goes with the frame that has replaced the lost ones.
      write(count === undefined ? bytes : Buffer.concat([frame('dropped', { topic, count }), bytes]));
    }
  };
  const flushControl = (): void => {
    while (blockedSinceMs === undefined) {
      const next = control.shift();
      if (next === undefined) return;
      write(next);
    }
  };
  const flush = (): void => {
    if (blockedSinceMs === undefined) flushEvents();
    flushSamples();
    // After the samples: the end of a topic does not overtake its last one.
    flushControl();
  };

  sink.onDrain(() => {
    blockedSinceMs = undefined;
    flush();
  });
  return {
    offer(topic, bytes) {
      if (pending.has(topic)) {
        dropped += 1;
        losses.set(topic, (losses.get(topic) ?? 0) + 1);
      }
      pending.set(topic, bytes);
    },
    tell(bytes) {
      if (control.length < MAX_CONTROL_FRAMES) control.push(bytes);
    },
    flush,
    heartbeat() {
      if (blockedSinceMs === undefined) write(HEARTBEAT);
    },
    get blockedSinceMs() {
      return blockedSinceMs;
    },
    get dropped() {
      return dropped;
    },
    end: () => sink.end(),
    destroy: () => sink.destroy(),
  };
}
