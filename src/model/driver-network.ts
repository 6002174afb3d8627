import { z } from 'zod';

/** The network of a pod that has one of its own, as startTask returns it to Nomad. */
export interface DriverNetwork {
  /** Label of a port of the task → port inside the pod. */
  readonly portMap: Readonly<Record<string, number>>;
  /** The address of the pod. */
  readonly ip: string;
  /** Whether Nomad advertises this address for services by default. */
  readonly autoAdvertise: boolean;
}

/** {@link DriverNetwork}. */
export const networkSchema = z.strictObject({
  portMap: z.record(z.string(), z.number().int()),
  ip: z.string(),
  autoAdvertise: z.boolean(),
});
