import { randomBytes } from 'node:crypto';

import { frame } from './sse-frame.ts';

/** One kept event: its frame, made once for all clients. */
interface Entry {
  readonly topic: string;
  readonly taskId: string;
  readonly bytes: Buffer;
}

/** The last events, numbered; a client is a position in it. */
export interface EventLog {
  push(topic: string, taskId: string, data: unknown): void;
  /** The number of the next event. */
  readonly next: number;
  /** The number of the oldest event that is still kept. */
  readonly oldest: number;
  /** The id of the latest event, kept or not; undefined before the first one. */
  readonly latestId: string | undefined;
  /** Forgets all events; those that follow have later numbers. */
  restart(): void;
  at(position: number): Entry | undefined;
  /** Where a client goes on that has seen the event of this id; `isForeign` when another run of the agent gave it. */
  resume(lastEventId: string): { readonly position: number; readonly isForeign: boolean };
}

/** A ring of frames. Ids carry a random epoch, so that one from before a restart is recognised. */
export function createEventLog(limit: number, epoch = randomBytes(6).toString('base64url')): EventLog {
  const ring: Entry[] = [];
  let next = 0;
  let first = 0;
  const oldest = (): number => Math.max(first, next - limit);
  return {
    push(topic, taskId, data) {
      ring[next % limit] = { topic, taskId, bytes: frame(topic, data, `${epoch}.${next}`) };
      next += 1;
    },
    restart: () => void (first = next),
    get next() {
      return next;
    },
    get latestId() {
      return next === 0 ? undefined : `${epoch}.${next - 1}`;
    },
    get oldest() {
      return oldest();
    },
    at: (position) => (position < oldest() || position >= next ? undefined : ring[position % limit]),
    resume(lastEventId) {
      const [, itsEpoch, number] = /^([\w-]+)\.(\d{1,15})$/.exec(lastEventId) ?? [];
      const seen = Number(number);
      if (itsEpoch !== epoch || seen >= next) return { position: oldest(), isForeign: true };
      return { position: seen + 1, isForeign: false };
    },
  };
}
