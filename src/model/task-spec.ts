import { z } from 'zod';

import { unsafeCharacter } from './printable.ts';
import { logLimitsSchema } from './log-limits.ts';
import { taskConfigSchema } from './task-config.ts';
import { taskResourcesSchema } from './task-resources.ts';

/** Environment names that rkt accepts in `--set-env`. */
const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z_0-9.-]*$/, 'is not a variable name'),
  z.string(),
);

/** The DNS settings of the group's network; `dns_servers` of the task overrides the servers. */
const dnsSchema = z.strictObject({
  servers: z.array(z.string()).default([]),
  searches: z.array(z.string()).default([]),
  options: z.array(z.string().min(1)).default([]),
});

/** A task: Nomad's TaskConfig with the `config` block of the driver. Also the schema of stored tasks. */
export const taskSpecSchema = z.strictObject({
  /** Unique among the tasks of one data directory. */
  id: z
    .string()
    .min(1)
    .max(512)
    .refine((id) => !id.includes('\0'), 'contains a NUL byte'),
  name: z.string().min(1).optional(),
  allocId: z.string().min(1).optional(),
  jobName: z.string().optional(),
  taskGroupName: z.string().optional(),
  config: taskConfigSchema,
  resources: taskResourcesSchema.prefault({}),
  env: environment.default({}),
  /** Variables that device plugins add; `env` overrides them. */
  deviceEnv: environment.optional(),
  dns: dnsSchema.optional(),
  /**
   * Path of the network namespace that the pod joins: that of a Nomad group with the mode `bridge`, `none` or
   * `cni/…`.
   */
  networkNamespace: z.string().startsWith('/').optional(),
  user: z.string().min(1).optional(),
  /** The allocation directory; its `alloc`, `<task>/local` and `<task>/secrets` are mounted as standard volumes. */
  allocDir: z.string().startsWith('/').optional(),
  /** A file or named pipe; by default a log file in the directory of the task. */
  stdoutPath: z.string().startsWith('/').optional(),
  stderrPath: z.string().startsWith('/').optional(),
  /**
   * The limits of the log files in the directory of the task; by default `logMaxSize` and `logMaxFiles` of the
   * driver.
   */
  logs: logLimitsSchema.optional(),
});

const isPrintable = (text: string): boolean => unsafeCharacter(text) === undefined;
const unprintable = {
  error: ({ input }: { readonly input?: unknown }) =>
    `holds ${unsafeCharacter(String(input)) ?? 'a character'}, a control character; leave it out`,
};

/**
 * A task to start. Its identifiers are printed in many places, so they must not contain characters that a terminal
 * interprets.
 */
export const newTaskSpecSchema = taskSpecSchema.extend({
  id: taskSpecSchema.shape.id.refine(isPrintable, unprintable),
  name: z.string().min(1).refine(isPrintable, unprintable).optional(),
  allocId: z.string().min(1).refine(isPrintable, unprintable).optional(),
  jobName: z.string().refine(isPrintable, unprintable).optional(),
  taskGroupName: z.string().refine(isPrintable, unprintable).optional(),
});

export type TaskSpec = z.infer<typeof taskSpecSchema>;
export type TaskSpecInput = z.input<typeof taskSpecSchema>;
