import { setTimeout as delay } from 'node:timers/promises';

import type { Session, SessionEvent, Target } from './session.ts';

/** Keeps one session open: the next is started when one has died. */
export class SessionKeeper {
  readonly #target: Target;
  readonly #onExited: (event: SessionEvent) => void;
  #current: Promise<Session> | undefined;
  #open: Session | undefined;
  #isClosed = false;
  sessions = 0;
  #opened = 0;

  constructor(target: Target, onExited: (event: SessionEvent) => void) {
    this.#target = target;
    this.#onExited = onExited;
  }

  /** The process that runs now, if any. */
  get pid(): number | undefined {
    return this.#open?.child.pid;
  }

  /** The session that runs, or the next one when it does. */
  get(): Promise<Session> {
    return (this.#current ??= this.#start());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#current)?.close();
  }

  async #start(): Promise<Session> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const number = (this.#opened += 1);
        const session = await this.#target.open((event) => this.#onExited({ ...event, session: number }));
        this.sessions += 1;
        this.#open = session;
        void session.ended.then(() => this.#forget());
        return session;
      } catch (error) {
        // Something it needs was killed while it began.
        if (attempt === 20) throw error;
        await delay(100);
      }
    }
  }

  #forget(): void {
    this.#open = undefined;
    this.#current = undefined;
    if (!this.#isClosed) void this.get();
  }
}
