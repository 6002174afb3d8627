import type { EventLog } from './event-log.ts';
import { EventCursor, type EventRequest } from './event-cursor.ts';
import { LatestFrames } from './latest-frames.ts';
import { HEARTBEAT } from './sse-frame.ts';

/** Where the bytes of one client go: a response of Node. */
export interface Sink {
  /** False when the client has not read previous data; `onDrain` fires when it has. */
  write(bytes: Buffer): boolean;
  onDrain(listener: () => void): void;
  end(): void;
  /** Cuts the connection. */
  destroy(): void;
}

/**
 * One reader of streams. It holds at most one frame a topic, the latest, and a position in the event log: while the reader
 * is slow, samples are replaced and counted, and events wait in the log.
 */
export interface SseClient {
  /** `complete` makes the frame for a client that did not get the one before. */
  offer(topic: string, bytes: Buffer, complete?: () => Buffer): void;
  /** Control frames: few, and never replaced. */
  send(bytes: Buffer): void;
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
  readonly events: EventRequest | undefined;
  readonly nowMs: () => number;
}

/** Control frames that a reader who takes nothing can make us hold. */
const MAX_CONTROL_FRAMES = 100;

export function createSseClient({ sink, log, events, nowMs }: SseClientDeps): SseClient {
  const cursor = events && new EventCursor(log, events);
  const samples = new LatestFrames();
  const control: Buffer[] = [];
  let blockedSinceMs: number | undefined;

  const write = (bytes: Buffer): void => {
    if (!sink.write(bytes)) blockedSinceMs = nowMs();
  };
  const writeAll = (next: () => Buffer | undefined): void => {
    while (blockedSinceMs === undefined) {
      const bytes = next();
      if (bytes === undefined) return;
      write(bytes);
    }
  };
  const flush = (): void => {
    if (cursor !== undefined) writeAll(() => cursor.next());
    writeAll(() => samples.next());
    // After the samples: the end of a topic does not overtake its last one.
    writeAll(() => control.shift());
  };

  sink.onDrain(() => {
    blockedSinceMs = undefined;
    flush();
  });
  return {
    offer: (topic, bytes, complete) => samples.put(topic, bytes, complete),
    send(bytes) {
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
      return samples.dropped;
    },
    end: () => sink.end(),
    destroy: () => sink.destroy(),
  };
}
