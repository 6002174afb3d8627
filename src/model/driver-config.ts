import { z } from 'zod';

import { absolutePath, cgroupPath, concurrency } from './driver-options.ts';
import { parseDurationMs } from './go-duration.ts';
import { stage1Schema } from './stage1.ts';

/** What a timer of Node can wait; more would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

const duration = z.string().refine((text) => {
  const ms = parseDurationMs(text);
  return ms !== undefined && ms >= 0 && ms <= LONGEST_MS;
}, 'must be a duration such as 500ms, 3m or 1h30m, of 24 days at most');

/** What happens to the leftovers of a task when it is destroyed. */
const gcSchema = z.strictObject({
  /** Remove the pod; false leaves it to `rkt gc`. */
  pod: z.boolean().default(true),
  /** Remove the image too, when no pod that is prepared or runs uses it any more. */
  image: z.boolean().default(false),
  /** How long an image is kept for the next task that wants it. */
  image_delay: duration.default('3m'),
});

/**
 * The plugin configuration an operator writes: `plugin "rkt" { config { volumes_enabled = true } }`.
 *
 * `rkt_path`, `rkt_dir`, `data_dir`, `cgroup_parent` and `concurrency` stand for options of createDriver, and win over
 * them where they are given.
 */
export const driverConfigSchema = z.strictObject({
  volumes_enabled: z.boolean().default(true),
  /** Tasks with a `net` or `stage1` that their pod cannot have run without it, in the network of the host; else they are refused. */
  allow_missing_isolation: z.boolean().optional(),
  /** No task is sampled more often than this, whatever is asked for. */
  stats_interval: duration.default('100ms'),
  /** `auto`, `embedded`, or the path of an rkt. */
  rkt_path: z.string().min(1).optional(),
  rkt_dir: absolutePath.optional(),
  data_dir: absolutePath.optional(),
  cgroup_parent: cgroupPath.optional(),
  /** How many rkt commands may run at once. */
  concurrency: concurrency.optional(),
  /** The stage1 of tasks that name none. */
  stage1: stage1Schema.optional(),
  gc: gcSchema.prefault({}),
});

export type DriverConfig = z.infer<typeof driverConfigSchema>;
export type DriverConfigInput = z.input<typeof driverConfigSchema>;

/** A duration of a checked configuration, in ms. */
export function configDurationMs(text: string): number {
  return parseDurationMs(text) ?? 0;
}

/** What the agent tells every driver about itself. */
export const agentConfigSchema = z.object({
  clientMinPort: z.number().int().min(0).max(65_535).optional(),
  clientMaxPort: z.number().int().min(0).max(65_535).optional(),
});

export type AgentConfig = z.infer<typeof agentConfigSchema>;
