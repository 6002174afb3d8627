import { z } from 'zod';

import { unsafeCharacter } from './printable.ts';
import { logLimitsSchema } from './log-limits.ts';
import { taskConfigSchema } from './task-config.ts';
import { taskResourcesSchema } from './task-resources.ts';

/** Environment names as rkt takes them in `--set-env`. */
const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z_0-9.-]*$/, 'is not a variable name'),
  z.string(),
);

/** DNS as the group's network asks for it; servers that the task's own `dns_servers` name win over these. */
const dnsSchema = z.strictObject({
  servers: z.array(z.string()).default([]),
  searches: z.array(z.string()).default([]),
  options: z.array(z.string().min(1)).default([]),
});

/** A task: what Nomad calls TaskConfig, around the driver's own `config` block. What is stored on disk is read by this. */
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
  /** What device plugins add to the environment; `env` wins. */
  deviceEnv: environment.optional(),
  dns: dnsSchema.optional(),
  /** Path of the network namespace that the pod joins, as a group of Nomad has one with the mode `bridge`, `none` or `cni/…`. */
  networkNamespace: z.string().startsWith('/').optional(),
  user: z.string().min(1).optional(),
  /** The allocation's directory; its `alloc`, `<task>/local` and `<task>/secrets` become standing volumes when it is given. */
  allocDir: z.string().startsWith('/').optional(),
  /** A file or named pipe; a log file in the task's own directory when it is absent. */
  stdoutPath: z.string().startsWith('/').optional(),
  stderrPath: z.string().startsWith('/').optional(),
  /** What is kept of the log files in the task's own directory; the driver's `logMaxSize` and `logMaxFiles` by default. */
  logs: logLimitsSchema.optional(),
});

const isPrintable = (text: string): boolean => unsafeCharacter(text) === undefined;
const unprintable = {
  error: ({ input }: { readonly input?: unknown }) =>
    `holds ${unsafeCharacter(String(input)) ?? 'a character'}, a control character; leave it out`,
};

/** A task to start. Its identifiers are shown in many places, so none may hold what a terminal acts on. */
export const newTaskSpecSchema = taskSpecSchema.extend({
  id: taskSpecSchema.shape.id.refine(isPrintable, unprintable),
  name: z.string().min(1).refine(isPrintable, unprintable).optional(),
  allocId: z.string().min(1).refine(isPrintable, unprintable).optional(),
  jobName: z.string().refine(isPrintable, unprintable).optional(),
  taskGroupName: z.string().refine(isPrintable, unprintable).optional(),
});

export type TaskSpec = z.infer<typeof taskSpecSchema>;
export type TaskSpecInput = z.input<typeof taskSpecSchema>;
