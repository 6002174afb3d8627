import { z } from 'zod';

const stringMap = z.record(z.string(), z.string());

/** The 13 attributes of a task's `config` block, by their names in a job file. */
export const taskConfigSchema = z.strictObject({
  image: z.string().min(1),
  command: z.string().optional(),
  args: z.array(z.string()).default([]),
  trust_prefix: z.string().optional(),
  insecure_options: z.array(z.string().min(1)).default([]),
  dns_servers: z.array(z.string()).default([]),
  dns_search_domains: z.array(z.string()).default([]),
  net: z.array(z.string().min(1)).default([]),
  /** Label of a port of the task → port name in the image manifest. A list of maps, as the block can be repeated. */
  port_map: z.union([z.array(stringMap), stringMap.transform((map) => [map])]).default([]),
  volumes: z.array(z.string()).default([]),
  no_overlay: z.boolean().default(false),
  debug: z.boolean().default(false),
  group: z.string().optional(),
});

export type TaskConfig = z.infer<typeof taskConfigSchema>;
export type TaskConfigInput = z.input<typeof taskConfigSchema>;
