import { z } from 'zod';

/** The source of an exit: `exit-file` is the record of the shim; the others are used when the shim was killed. */
export const EXIT_SOURCES = ['exit-file', 'rkt-status', 'process-gone'] as const;

/**
 * How a task exited.
 *
 * Shells report an exit by signal n as 128 + n: such a code sets `signal` to n and keeps `exitCode`.
 */
export interface ExitResult {
  /** 0–255; absent when it cannot be known any more (the shim was killed): `error` then says so. */
  readonly exitCode?: number | undefined;
  /** Number of the signal; absent when the task exited by itself. */
  readonly signal?: number | undefined;
  /** Whether the kernel killed it because of the memory limit. */
  readonly oomKilled: boolean;
  /** Milliseconds since 1970. */
  readonly completedAtMs: number;
  /** `exit-file` is the record of the shim; the others are used when the shim was killed. */
  readonly source: (typeof EXIT_SOURCES)[number];
  /** Why the exit code is not known. */
  readonly error?: string | undefined;
  /**
   * Whether the exit was requested: by a stop, a destroy with force, or a signal of signalTask that ended the task
   * (SIGINT, SIGQUIT, SIGTERM or SIGKILL). Absent in results of versions that did not record it.
   */
  readonly requested?: boolean | undefined;
}

/** {@link ExitResult}. */
export const exitResultSchema = z.strictObject({
  exitCode: z.number().int().optional(),
  signal: z.number().int().positive().optional(),
  oomKilled: z.boolean(),
  completedAtMs: z.number(),
  source: z.enum(EXIT_SOURCES),
  error: z.string().optional(),
  requested: z.boolean().optional(),
});
