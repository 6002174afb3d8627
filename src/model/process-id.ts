import { z } from 'zod';

/** The identity of a process: it differs from that of a later process with the same pid, of this boot or another. */
export const processIdSchema = z.strictObject({
  pid: z.number().int().positive(),
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  startTicks: z.number().int().nonnegative(),
  /** The kernel's id of that boot; absent if it could not be read, and in data of older versions. */
  bootId: z.string().min(1).optional(),
});

export type ProcessId = z.infer<typeof processIdSchema>;
