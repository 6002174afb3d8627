import { setTimeout as delay } from 'node:timers/promises';

import type { ReportedExit, Session, SoakTask } from './session.ts';
import type { Outcome } from './verdict.ts';
import type { SessionKeeper } from './session-keeper.ts';

/** What the caller of the driver knows in the end. */
export interface Lived {
  readonly outcome: Outcome;
  readonly exits: readonly ReportedExit[];
  /** The last refusal of the driver. */
  readonly error: unknown;
}

/** Tries to destroy what cannot be destroyed: longer than this, and the task is left for the last check to find. */
const DESTROY_ATTEMPTS = 100;

/** One task from its start to its destruction, in as many sessions as it takes. */
export async function live(keeper: SessionKeeper, task: SoakTask): Promise<Lived> {
  const exits: ReportedExit[] = [];
  let outcome: Outcome | undefined;
  let error: unknown;
  for (let isAsked = false; ;) {
    const session = await keeper.get();
    const death = { isThere: false };
    void session.ended.then(() => (death.isThere = true));
    try {
      if (!isAsked) {
        isAsked = true;
        await session.start(task);
        outcome = 'started';
      } else if (!(await session.knows(task.id))) {
        return { outcome: outcome ?? 'undone', exits, error };
      }
      outcome = 'started';
      exits.push(await session.wait(task.id));
      await destroy(session, task.id, () => death.isThere);
      return { outcome, exits, error };
    } catch (caught) {
      error = caught;
      // An answer that is cut off comes a moment before the end of the process.
      await Promise.race([session.ended, delay(3_000)]);
      if (!death.isThere) return { outcome: outcome ?? 'refused', exits, error };
    }
  }
}

/** rkt may be killed while it removes the pod; then the driver says so, and can be asked again. */
async function destroy(session: Session, taskId: string, isDead: () => boolean): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.destroy(taskId);
      return;
    } catch (error) {
      if (isDead() || attempt === DESTROY_ATTEMPTS || !(await session.knows(taskId))) throw error;
      await delay(50);
    }
  }
}
