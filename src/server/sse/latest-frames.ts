import { frame } from './sse-frame.ts';

/** The latest frame of each topic that a client has not been sent yet, and how many of them it has replaced. */
export class LatestFrames {
  readonly #pending = new Map<string, () => Buffer>();
  readonly #losses = new Map<string, number>();
  #dropped = 0;

  /** Frames that were replaced since the beginning. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param complete the frame for a client that did not get the one before; where every frame is complete, the frame itself */
  put(topic: string, bytes: Buffer, complete = (): Buffer => bytes): void {
    if (!this.#pending.has(topic)) {
      this.#pending.set(topic, () => bytes);
      return;
    }
    this.#dropped += 1;
    this.#losses.set(topic, (this.#losses.get(topic) ?? 0) + 1);
    this.#pending.set(topic, complete);
  }

  /** The next frame to send, with a notice when it has replaced others: that is a few bytes. */
  next(): Buffer | undefined {
    for (const [topic, frameOf] of this.#pending) {
      const bytes = frameOf();
      const count = this.#losses.get(topic);
      this.#pending.delete(topic);
      this.#losses.delete(topic);
      return count === undefined ? bytes : Buffer.concat([frame('dropped', { topic, count }), bytes]);
    }
    return undefined;
  }
}
