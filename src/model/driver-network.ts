import { z } from 'zod';

/** The network of the pod, as startTask returns it to Nomad. */
export const networkSchema = z.strictObject({
  /** Label of a port of the task → port inside the pod. */
  portMap: z.record(z.string(), z.number().int()),
  ip: z.string(),
  autoAdvertise: z.boolean(),
});

export type DriverNetwork = z.infer<typeof networkSchema>;
