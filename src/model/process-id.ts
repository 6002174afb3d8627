import { z } from 'zod';

/** A process that cannot be mistaken for a later one with the same pid, of this boot or another. */
export const processIdSchema = z.strictObject({
  pid: z.number().int().positive(),
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  startTicks: z.number().int().nonnegative(),
  /** The kernel's id of that boot; absent where it could not be read, and in what older versions have written. */
  bootId: z.string().min(1).optional(),
});

export type ProcessId = z.infer<typeof processIdSchema>;
