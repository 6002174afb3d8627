import { z } from 'zod';

import { stage1Schema } from './stage1.ts';

const stringMap = z.record(z.string(), z.string());

/** `CAP_NET_ADMIN`; rkt accepts no other spelling. */
const capabilities = z
  .array(z.string().regex(/^CAP_[A-Z_]+$/, 'is not written as CAP_NET_ADMIN'))
  .min(1, 'contains no capability');

/**
 * The `config` block of a task, with the names of a job file: the 13 attributes of the original driver, then the
 * additions.
 *
 * The effect of the additions depends on the stage1; see docs/task-config.md.
 */
export const taskConfigSchema = z
  .strictObject({
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
    stage1: stage1Schema.optional(),
    readonly_rootfs: z.boolean().optional(),
    cap_retain: capabilities.optional(),
    cap_remove: capabilities.optional(),
    /** In the syntax of rkt: `mode=retain,errno=EPERM,chmod,chown`. */
    seccomp: z
      .string()
      .regex(
        /^(?:errno=\w+,)?mode=(?:retain|remove)(?:,|$)/,
        'does not begin with mode=retain or mode=remove',
      )
      .optional(),
    hostname: z
      .string()
      .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/, 'is not a host name')
      .optional(),
    working_dir: z.string().startsWith('/', 'must be an absolute path').optional(),
    supplementary_groups: z
      .array(
        z
          .number()
          .int()
          .min(0)
          .max(2 ** 32 - 2),
      )
      .optional(),
  })
  .refine(({ cap_retain, cap_remove }) => cap_retain === undefined || cap_remove === undefined, {
    message: 'cannot be given together with cap_remove',
    path: ['cap_retain'],
  });

export type TaskConfig = z.infer<typeof taskConfigSchema>;
export type TaskConfigInput = z.input<typeof taskConfigSchema>;
