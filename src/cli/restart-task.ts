import type { Driver } from '../driver-interface.ts';
import type { TaskSpec, TaskSpecInput } from '../model/task-spec.ts';
import type { StopOptions } from '../index.ts';

/**
 * Starts a task again with its own specification: stops it if it runs, removes it and starts it. The log begins anew, and so does
 * the count of its restarts. A start that fails leaves no task.
 */
export async function restartTask(
  driver: Pick<Driver, 'inspectTask' | 'stopTask' | 'taskSpec' | 'destroyTask' | 'startTask'>,
  id: string,
  options: StopOptions = {},
): Promise<void> {
  const { phase } = driver.inspectTask(id);
  const { restart, ...spec } = withoutOwnLogs(driver.taskSpec(id));
  const { policy, maxRetries } = restart ?? {};
  if (phase !== 'exited') await driver.stopTask(id, options);
  await driver.destroyTask(id, { force: true });
  await driver.startTask({ ...spec, ...(policy !== undefined && { restart: { policy, maxRetries } }) });
}

/** Without the log files of the start that ends, which are in the directory of that start. */
export function withoutOwnLogs({ stdoutPath, stderrPath, ...rest }: TaskSpec): TaskSpecInput {
  return {
    ...rest,
    ...(!isOwnLog(stdoutPath) && { stdoutPath }),
    ...(!isOwnLog(stderrPath) && { stderrPath }),
  };
}

/** True for a log that the driver keeps itself, in the directory of the task. */
export function isOwnLog(path: string | undefined): boolean {
  return path === undefined || /\/tasks\/[^/]+\/std(?:out|err)\.log$/.test(path);
}
