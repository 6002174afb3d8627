import { z } from 'zod';

import type { Defaulted } from './defaulted.ts';
import { unsafeCharacter } from './printable.ts';
import { logLimitsSchema } from './log-limits.ts';
import type { Restart, RestartInput } from './restart-policy.ts';
import { restartSchema } from './restart-schema.ts';
import { taskConfigSchema, type TaskConfig, type TaskConfigInput } from './task-config.ts';
import { taskResourcesSchema, type TaskResources, type TaskResourcesInput } from './task-resources.ts';

/** The DNS settings of a group's network; `dns_servers` of the task overrides the servers. */
export interface GroupDns {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** A task: Nomad's TaskConfig with the `config` block of the driver. Every default is filled in. */
export interface TaskSpec {
  /** Unique among the tasks of one data directory. */
  readonly id: string;
  /** Default: the id. */
  readonly name?: string | undefined;
  /** Nomad's allocation, job and task group. */
  readonly allocId?: string | undefined;
  readonly jobName?: string | undefined;
  readonly taskGroupName?: string | undefined;
  /** Labels of the user, for filters of lists. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly config: TaskConfig;
  readonly resources: TaskResources;
  /** Variables of the app. Their values are secrets: they appear in no event, log or error. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that device plugins add; `env` overrides them. */
  readonly deviceEnv?: Readonly<Record<string, string>> | undefined;
  readonly dns?: GroupDns | undefined;
  /**
   * Path of the network namespace that the pod joins: that of a Nomad group with the mode `bridge`, `none` or
   * `cni/…`.
   */
  readonly networkNamespace?: string | undefined;
  /** The user of the app, by name or number; that of the image by default. */
  readonly user?: string | undefined;
  /** The allocation directory; its `alloc`, `<task>/local` and `<task>/secrets` are mounted as standard volumes. */
  readonly allocDir?: string | undefined;
  /** A file or named pipe; by default a log file in the directory of the task. */
  readonly stdoutPath?: string | undefined;
  readonly stderrPath?: string | undefined;
  /** The limits of the log files in the directory of the task; by default those of the driver. */
  readonly logs?:
    { readonly maxSize?: number | undefined; readonly maxFiles?: number | undefined } | undefined;
  /** Absent for a task that is not restarted. An agent of the data directory restarts tasks; a driver alone does not. */
  readonly restart?: Restart | undefined;
}

/** A task to start: `id` and `config` are required. */
export interface TaskSpecInput extends Omit<
  Defaulted<TaskSpec, 'env'>,
  'config' | 'resources' | 'dns' | 'logs' | 'restart'
> {
  readonly config: TaskConfigInput;
  readonly resources?: TaskResourcesInput | undefined;
  readonly dns?: Partial<{ [Key in keyof GroupDns]: GroupDns[Key] | undefined }> | undefined;
  /** Sizes in bytes, or as text such as `10Mi`. */
  readonly logs?:
    { readonly maxSize?: number | string | undefined; readonly maxFiles?: number | undefined } | undefined;
  readonly restart?: RestartInput | undefined;
}

/** Environment names that rkt accepts in `--set-env`. */
const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z_0-9.-]*$/, 'is not a variable name'),
  z.string(),
);

/** {@link GroupDns}. */
const dnsSchema = z.strictObject({
  servers: z.array(z.string()).default([]),
  searches: z.array(z.string()).default([]),
  options: z.array(z.string().min(1)).default([]),
});

/** {@link TaskSpec}. Also the schema of stored tasks. */
export const taskSpecSchema = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(512)
    .refine((id) => !id.includes('\0'), 'contains a NUL byte'),
  name: z.string().min(1).optional(),
  allocId: z.string().min(1).optional(),
  jobName: z.string().optional(),
  taskGroupName: z.string().optional(),
  labels: z.record(z.string().min(1), z.string()).optional(),
  config: taskConfigSchema,
  resources: taskResourcesSchema.prefault({}),
  env: environment.default({}),
  deviceEnv: environment.optional(),
  dns: dnsSchema.optional(),
  networkNamespace: z.string().startsWith('/').optional(),
  user: z.string().min(1).optional(),
  allocDir: z.string().startsWith('/').optional(),
  stdoutPath: z.string().startsWith('/').optional(),
  stderrPath: z.string().startsWith('/').optional(),
  logs: logLimitsSchema.optional(),
  restart: restartSchema.optional(),
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
  labels: z
    .record(z.string().min(1).refine(isPrintable, unprintable), z.string().refine(isPrintable, unprintable))
    .optional(),
});
