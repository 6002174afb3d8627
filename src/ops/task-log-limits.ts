import type { TaskSpec } from '../model/task-spec.ts';

/** What is kept of each of the two logs of a task. */
export interface LogLimits {
  /** Bytes that are cut at once. */
  readonly maxSize: number;
  /** How many times that may be there. */
  readonly maxFiles: number;
}

/** What the task says, and where it says nothing the driver. */
export function logLimitsOf({ logs }: Pick<TaskSpec, 'logs'>, defaults: LogLimits): LogLimits {
  return { maxSize: logs?.maxSize ?? defaults.maxSize, maxFiles: logs?.maxFiles ?? defaults.maxFiles };
}

/**
 * Where a log of this size should begin: undefined while it is within its limits, else what leaves one step less than it
 * may have, so that the next cut comes a whole step later.
 */
export function cutOffset(
  { maxSize, maxFiles }: LogLimits,
  sizeBytes: number,
  beginsAt: number,
): number | undefined {
  if (sizeBytes - beginsAt <= maxSize * maxFiles) return undefined;
  return sizeBytes - maxSize * (maxFiles - 1);
}
