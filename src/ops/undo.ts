import type { Logger } from '../model/logger.ts';

/** Rollback steps, run in reverse order when a later step fails. */
export interface UndoStack {
  push(what: string, step: () => Promise<unknown>): void;
  /**
   * Runs every step even when one fails; failures are logged, because the first error is the one to report.
   *
   * @returns whether all succeeded
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
