import { z } from 'zod';

/** A process that cannot be mistaken for a later one with the same pid. */
export const processIdSchema = z.strictObject({
  pid: z.number().int().positive(),
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  startTicks: z.number().int().nonnegative(),
});

export type ProcessId = z.infer<typeof processIdSchema>;
