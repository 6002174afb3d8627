import { z } from 'zod';

/** What startTask tells Nomad of the pod's own network. */
export const networkSchema = z.strictObject({
  /** Label of a port of the task → port inside the pod. */
  portMap: z.record(z.string(), z.number().int()),
  ip: z.string(),
  autoAdvertise: z.boolean(),
});

export type DriverNetwork = z.infer<typeof networkSchema>;
