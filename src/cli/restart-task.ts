import type { Driver } from '../driver-interface.ts';
import type { TaskSpec, TaskSpecInput } from '../model/task-spec.ts';
import type { StopOptions } from '../index.ts';

/**
 * Starts a task again with its own specification: stops it if it runs, removes it and starts it. The log begins anew. A start
 * that fails leaves no task.
 */
export async function restartTask(
  driver: Pick<Driver, 'inspectTask' | 'stopTask' | 'taskSpec' | 'destroyTask' | 'startTask'>,
  id: string,
  options: StopOptions = {},
): Promise<void> {
  const { phase, stdoutPath = '' } = driver.inspectTask(id);
  const spec = newStart(driver.taskSpec(id), stdoutPath);
  if (phase !== 'exited') await driver.stopTask(id, options);
  await driver.destroyTask(id, { force: true });
  await driver.startTask(spec);
}

/** Without the log files of the start that ends, which are in the directory of that start. */
function newStart(spec: TaskSpec, stdoutPath: string): TaskSpecInput {
  const { stdoutPath: stdout, stderrPath: stderr, ...rest } = spec;
  const isOwnLog = (path: string | undefined): boolean =>
    path === undefined || /\/tasks\/[^/]+\/std(?:out|err)\.log$/.test(path);
  return {
    ...rest,
    ...(!isOwnLog(stdout) && { stdoutPath }),
    ...(!isOwnLog(stderr) && { stderrPath: stderr }),
  };
}
