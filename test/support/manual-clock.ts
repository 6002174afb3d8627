import { setImmediate as nextTurn } from 'node:timers/promises';

import { VirtualAction, VirtualTimeScheduler } from 'rxjs';

/** How many actions were scheduled. */
let scheduled = 0;

/**
 * An action that is scheduled again as itself. Those of rxjs make an action below themselves each time, and after some
 * thousand times no stack is deep enough to unsubscribe them all.
 */
class ReusedAction<T> extends VirtualAction<T> {
  override schedule(state?: T, delay?: number): ReturnType<VirtualAction<T>['schedule']> {
    if (!this.closed) {
      this.id = undefined;
      // Of actions that are due at the same time, the one that was scheduled first runs first.
      this.index = scheduled += 1;
    }
    return super.schedule(state, delay);
  }
}

/** Virtual time for streams that wait for promises: it goes on by `advance` only. */
export class ManualClock extends VirtualTimeScheduler {
  constructor() {
    super(ReusedAction);
  }

  /** How many timers are set. */
  get timers(): number {
    return this.actions.filter(({ closed }) => !closed).length;
  }

  /** Runs what is due in the next `ms`, and runs the callbacks of promises after each ms on which something was due. */
  async advance(ms: number): Promise<void> {
    const end = this.frame + ms;
    for (;;) {
      const due = Math.min(...this.actions.map(({ delay }) => delay));
      if (due > end) break;
      this.maxFrames = due;
      this.flush();
      await flushPromises();
    }
    this.frame = end;
    await flushPromises();
  }
}

/** Resolves when everything that waits for nothing but other promises is done. */
export async function flushPromises(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}
