import type { Logger } from '../model/logger.ts';

/** Steps that take back what was done, run in reverse when a later step fails. */
export interface UndoStack {
  push(what: string, step: () => Promise<unknown>): void;
  /**
   * Runs every step even when one fails; failures are logged, as the first error is the one to tell.
   *
   * @returns whether all went well
   */
  run(): Promise<boolean>;
}

export function createUndoStack(logger: Logger): UndoStack {
  const steps: { what: string; step: () => Promise<unknown> }[] = [];
  return {
    push(what, step) {
      steps.push({ what, step });
    },
    async run() {
      let allWell = true;
      for (let next = steps.pop(); next !== undefined; next = steps.pop()) {
        try {
          await next.step();
        } catch (error) {
          allWell = false;
          logger.error({ error, step: next.what }, 'Could not roll back a step of a failed start');
        }
      }
      return allWell;
    },
  };
}
