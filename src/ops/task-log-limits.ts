import type { TaskSpec } from '../model/task-spec.ts';

/** The limits of each of the two logs of a task. */
export interface LogLimits {
  /** Bytes of one truncation. */
  readonly maxSize: number;
  /** How many times that size is kept. */
  readonly maxFiles: number;
}

/** The limits of the task, by default those of the driver. */
export function logLimitsOf({ logs }: Pick<TaskSpec, 'logs'>, defaults: LogLimits): LogLimits {
  return { maxSize: logs?.maxSize ?? defaults.maxSize, maxFiles: logs?.maxFiles ?? defaults.maxFiles };
}

/**
 * The offset at which a log of this size should begin: undefined while it is within its limits, else one that leaves
 * one step less than allowed, so that the next truncation comes a whole step later.
 */
export function cutOffset(
  { maxSize, maxFiles }: LogLimits,
  sizeBytes: number,
  beginsAt: number,
): number | undefined {
  if (sizeBytes - beginsAt <= maxSize * maxFiles) return undefined;
  return sizeBytes - maxSize * (maxFiles - 1);
}
