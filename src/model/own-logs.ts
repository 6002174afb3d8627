import type { TaskSpec, TaskSpecInput } from './task-spec.ts';

/** A specification for another start: without the log files of the last one, which are in the directory of that start. */
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
