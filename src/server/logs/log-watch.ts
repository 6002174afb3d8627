import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { watchLog, type WatchedLog } from './watched-log.ts';

/** The outputs of all tasks: when they have grown since the agent watches them. */
export interface LogWatch {
  /** The present start of a task; undefined while its outputs are not known. */
  log(taskId: string): WatchedLog | undefined;
  readonly close: () => void;
}

interface Entry {
  readonly log: WatchedLog;
  readonly key: string;
  isClosed: boolean;
}

/** Of tasks whose outputs are on other machines. */
export const NO_LOG_WATCH: LogWatch = { log: () => undefined, close: () => undefined };

/** Watches from now on; what is known of a task is kept until the task is destroyed. */
export function createLogWatch(
  driver: Pick<Driver, 'tasks'>,
  { logger }: { readonly logger: Logger },
): LogWatch {
  const entries = new Map<string, Entry>();
  const forget = (taskId: string): void => {
    end(entries.get(taskId));
    entries.delete(taskId);
  };
  const update = (task: TaskStatus): void => {
    const key = keyOf(task);
    const known = entries.get(task.id);
    const isAnotherStart = known?.isClosed === true && task.phase !== 'exited';
    if (known?.key !== key || isAnotherStart) forget(task.id);
    if (key !== undefined && !entries.has(task.id))
      entries.set(task.id, { log: watchLog(task), key, isClosed: false });
    if (task.phase === 'exited') end(entries.get(task.id));
  };
  const following = driver.tasks().subscribe({
    next(tasks) {
      const ids = new Set(tasks.map(({ id }) => id));
      for (const id of [...entries.keys()]) if (!ids.has(id)) forget(id);
      tasks.forEach(update);
    },
    error: (error: unknown) => logger.error({ err: error }, 'the times of log lines are no longer recorded'),
  });
  return {
    log: (taskId) => entries.get(taskId)?.log,
    close() {
      following.unsubscribe();
      [...entries.keys()].forEach(forget);
    },
  };
}

function end(entry: Entry | undefined): void {
  if (entry === undefined || entry.isClosed) return;
  entry.isClosed = true;
  entry.log.close();
}

/** Of one start; undefined before its outputs exist. */
function keyOf({ phase, stdoutPath, stderrPath }: TaskStatus): string | undefined {
  if (phase === 'preparing' || (stdoutPath ?? stderrPath) === undefined) return undefined;
  return `${stdoutPath} ${stderrPath}`;
}
