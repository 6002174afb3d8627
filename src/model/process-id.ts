import { z } from 'zod';

/** The identity of a process: it differs from that of a later process with the same pid, of this boot or another. */
export interface ProcessId {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  readonly startTicks: number;
  /** The kernel's id of that boot; absent if it could not be read, and in data of older versions. */
  readonly bootId?: string | undefined;
}

/** {@link ProcessId}. */
export const processIdSchema = z.strictObject({
  pid: z.number().int().positive(),
  startTicks: z.number().int().nonnegative(),
  bootId: z.string().min(1).optional(),
});
