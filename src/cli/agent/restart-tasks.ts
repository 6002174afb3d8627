import { setTimeout as delay } from 'node:timers/promises';

import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { forgetRestart, keepRestart, keptRestarts } from '../../files/kept-restarts.ts';
import type { Logger } from '../../model/logger.ts';
import { nextRestart, type Restart } from '../../model/restart-policy.ts';
import { isRktError } from '../../model/rkt-error.ts';
import { isOwnLog, withoutOwnLogs } from '../../model/own-logs.ts';
import type { TaskSpecInput } from '../../model/task-spec.ts';
import type { TaskStatus } from '../../model/task-status.ts';

/** What the restarts of an agent work with. */
export interface RestartsDeps {
  readonly driver: Pick<Driver, 'tasks' | 'taskSpec' | 'destroyTask' | 'startTask'>;
  readonly dataDir: string;
  readonly logger: Logger;
}

/** A start that fails is tried so often, which takes about two minutes. */
const MAX_STARTS = 10;
const FIRST_RETRY_MS = 200;

/** Restarts tasks by their policies, from the recovery of an agent until it is closed. */
export class Restarts {
  readonly #deps: RestartsDeps;
  readonly #closing = new AbortController();
  /** The restarts that are due later, by task. */
  readonly #due = new Map<string, NodeJS.Timeout>();
  /** The restarts in progress. */
  readonly #active = new Map<string, Promise<void>>();
  /** Tasks that had exited before, and that a user had stopped. */
  readonly #found = new Set<string>();
  #tasks: readonly TaskStatus[] = [];

  constructor(deps: RestartsDeps) {
    this.#deps = deps;
  }

  /** Finishes the restarts that another agent began, and begins to restart. Returns a function that ends it. */
  async begin(): Promise<() => Promise<void>> {
    const { driver, dataDir, logger } = this.#deps;
    const tasks = await firstValueFrom(driver.tasks());
    tasks.filter(({ exitResult }) => exitResult?.requested === true).forEach(({ id }) => this.#found.add(id));
    for (const spec of (await keptRestarts(dataDir)) as readonly TaskSpecInput[]) {
      if (tasks.some(({ id }) => id === spec.id)) await forgetRestart(dataDir, spec.id);
      else this.#work(spec.id, () => this.#start(spec));
    }
    const subscription = driver.tasks().subscribe({
      next: (now) => this.#consider(now),
      error: (error: unknown) => logger.error({ error }, 'Tasks are no longer restarted'),
    });
    return async () => {
      this.#closing.abort();
      subscription.unsubscribe();
      for (const id of this.#due.keys()) this.#cancel(id);
      await Promise.all(this.#active.values());
    };
  }

  #consider(tasks: readonly TaskStatus[]): void {
    this.#tasks = tasks;
    const wanted = new Set<string>();
    for (const task of tasks) {
      const next = this.#active.has(task.id) ? undefined : this.#restartOf(task);
      if (next === undefined) continue;
      wanted.add(task.id);
      if (!this.#due.has(task.id)) this.#schedule(task.id, next);
    }
    // Stopped, removed or started again meanwhile.
    for (const id of this.#due.keys()) if (!wanted.has(id)) this.#cancel(id);
  }

  #restartOf({
    id,
    phase,
    restart,
    exitResult: exit,
    startedAtMs,
  }: TaskStatus): ReturnType<typeof nextRestart> {
    if (phase !== 'exited' || restart === undefined || exit === undefined) return undefined;
    return nextRestart(restart, { exit, startedAtMs, isFound: this.#found.has(id) });
  }

  #schedule(id: string, next: Restart & { readonly delayMs: number }): void {
    const { delayMs, count } = next;
    this.#deps.logger.info({ taskId: id, delayMs, restarts: count }, 'A task that has exited is restarted');
    const timer = setTimeout(() => {
      this.#cancel(id);
      this.#work(id, () => this.#restart(id, next));
    }, delayMs);
    this.#due.set(id, timer);
  }

  #cancel(id: string): void {
    clearTimeout(this.#due.get(id));
    this.#due.delete(id);
  }

  #work(id: string, act: () => Promise<void>): void {
    const { logger } = this.#deps;
    const work = act()
      .catch((error: unknown) => logger.error({ error, taskId: id }, 'A task could not be restarted'))
      .finally(() => {
        this.#active.delete(id);
        // It may have exited again meanwhile.
        if (!this.#closing.signal.aborted) this.#consider(this.#tasks);
      });
    this.#active.set(id, work);
  }

  async #restart(id: string, restart: Restart): Promise<void> {
    const { driver, dataDir } = this.#deps;
    const { stdoutPath, stderrPath, ...spec } = driver.taskSpec(id);
    const next: TaskSpecInput = { ...withoutOwnLogs({ ...spec, stdoutPath, stderrPath }), restart };
    const logs = [stdoutPath, stderrPath].map((path) => (isOwnLog(path) ? path : undefined));
    await keepRestart(dataDir, id, { spec: next, logs });
    try {
      await driver.destroyTask(id);
    } catch (error) {
      if (!this.#isEnding(error)) await forgetRestart(dataDir, id);
      throw error;
    }
    await this.#start(next);
  }

  /** What ends with this agent is left to the next one. */
  async #start(spec: TaskSpecInput): Promise<void> {
    const { driver, dataDir, logger } = this.#deps;
    this.#found.delete(spec.id);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await driver.startTask(spec);
        break;
      } catch (error) {
        if (this.#isEnding(error)) return;
        if (attempt === MAX_STARTS || isRktError(error, 'RKT_ERR_TASK_EXISTS')) {
          await forgetRestart(dataDir, spec.id);
          throw error;
        }
        const delayMs = FIRST_RETRY_MS * 2 ** (attempt - 1);
        logger.warn({ error, taskId: spec.id, delayMs }, 'A restart failed, and is tried again');
        if (!(await this.#sleeps(delayMs))) return;
      }
    }
    await forgetRestart(dataDir, spec.id);
  }

  #isEnding(error: unknown): boolean {
    return this.#closing.signal.aborted || isRktError(error, 'RKT_ERR_SHUTDOWN');
  }

  /** False when this ends first. */
  async #sleeps(ms: number): Promise<boolean> {
    const { signal } = this.#closing;
    return delay(ms, true, { signal }).catch(() => false);
  }
}
