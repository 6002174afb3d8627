import type { EventLog } from './event-log.ts';
import { frame } from './sse-frame.ts';

/** What a client wants of the event log. */
export interface EventRequest {
  readonly topics: ReadonlySet<string>;
  readonly task: string | undefined;
  readonly position: number;
  /** Its last event was of another run of the agent: how many it missed cannot be known. */
  readonly isForeign: boolean;
}

/** The position of one client in the event log. */
export class EventCursor {
  readonly #log: EventLog;
  readonly #request: EventRequest;
  #position: number;
  #isForeign: boolean;

  constructor(log: EventLog, request: EventRequest) {
    this.#log = log;
    this.#request = request;
    this.#position = request.position;
    this.#isForeign = request.isForeign;
  }

  /** The next frame for the client, which is passed by this; undefined when it has all of them. */
  next(): Buffer | undefined {
    if (this.#isForeign) {
      this.#isForeign = false;
      return frame('missed', { restarted: true });
    }
    const { oldest } = this.#log;
    if (this.#position < oldest) {
      const count = oldest - this.#position;
      this.#position = oldest;
      return frame('missed', { count });
    }
    return this.#nextEvent();
  }

  #nextEvent(): Buffer | undefined {
    const { topics, task } = this.#request;
    for (;;) {
      const entry = this.#log.at(this.#position);
      if (entry === undefined) return undefined;
      this.#position += 1;
      if (topics.has(entry.topic) && (task === undefined || entry.taskId === task)) return entry.bytes;
    }
  }
}
