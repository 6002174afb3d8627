import { z } from 'zod';

/** How an exit was learned: `exit-file` is the shim's own record, the others are what is left when the shim was killed. */
export const EXIT_SOURCES = ['exit-file', 'rkt-status', 'process-gone'] as const;

/**
 * How a task ended.
 *
 * `exitCode` is absent when nobody can know it any more (the shim was killed); `error` then says so.
 * A shell tells death by signal n as 128 + n: such a code is read as `signal` n, with `exitCode` kept as it was.
 */
export const exitResultSchema = z.strictObject({
  exitCode: z.number().int().optional(),
  /** Number of the signal; absent when the task ended by itself. */
  signal: z.number().int().positive().optional(),
  oomKilled: z.boolean(),
  completedAtMs: z.number(),
  source: z.enum(EXIT_SOURCES),
  error: z.string().optional(),
  /**
   * Whether the end was asked for: by a stop, a destroy with force, or by the signal of signalTask that ended the task
   * (SIGINT, SIGQUIT, SIGTERM or SIGKILL). Absent in results of versions that did not record it.
   */
  requested: z.boolean().optional(),
});

export type ExitResult = z.infer<typeof exitResultSchema>;
