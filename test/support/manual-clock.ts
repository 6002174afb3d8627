import { setImmediate as nextTurn } from 'node:timers/promises';

import { VirtualTimeScheduler } from 'rxjs';

/** Virtual time for streams that wait for promises: it goes on by `advance` only. */
export class ManualClock extends VirtualTimeScheduler {
  /** How many timers are set. */
  get timers(): number {
    return this.actions.filter(({ closed }) => !closed).length;
  }

  /** Runs what is due in the next `ms`, and lets promises settle after each ms on which something was due. */
  async advance(ms: number): Promise<void> {
    const end = this.frame + ms;
    for (;;) {
      const due = Math.min(...this.actions.map(({ delay }) => delay));
      if (due > end) break;
      this.maxFrames = due;
      this.flush();
      await settled();
    }
    this.frame = end;
    await settled();
  }
}

/** Resolves when everything that waits for nothing but other promises is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}
