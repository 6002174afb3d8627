import { z } from 'zod';

import { absolutePath, cgroupPath, concurrency } from './driver-options.ts';
import { parseDurationMs } from './go-duration.ts';
import { stage1Schema } from './stage1.ts';

/** The longest delay of a timer of Node; a longer one would fire immediately. */
const LONGEST_MS = 2 ** 31 - 1;

const duration = z.string().refine((text) => {
  const ms = parseDurationMs(text);
  return ms !== undefined && ms >= 0 && ms <= LONGEST_MS;
}, 'must be a duration such as 500ms, 3m or 1h30m, of 24 days at most');

/** What to remove when a task is destroyed. */
const gcSchema = z.strictObject({
  /** Remove the pod; false leaves it to `rkt gc`. */
  pod: z.boolean().default(true),
  /** Remove the image too when no prepared or running pod uses it any more. */
  image: z.boolean().default(false),
  /** How long an unused image is kept for the next task. */
  image_delay: duration.default('3m'),
});

/**
 * The plugin configuration: `plugin "rkt" { config { volumes_enabled = true } }`.
 *
 * `rkt_path`, `rkt_dir`, `data_dir`, `cgroup_parent` and `concurrency` correspond to options of createDriver and
 * override them.
 */
export const driverConfigSchema = z.strictObject({
  volumes_enabled: z.boolean().default(true),
  /**
   * Run tasks whose pod does not support their `net` or `stage1` without it, in the network of the host; otherwise
   * they are refused.
   */
  allow_missing_isolation: z.boolean().optional(),
  /** The shortest sampling interval; shorter requests are raised to it. */
  stats_interval: duration.default('100ms'),
  /** `auto`, `embedded`, or the path of an rkt. */
  rkt_path: z.string().min(1).optional(),
  rkt_dir: absolutePath.optional(),
  data_dir: absolutePath.optional(),
  cgroup_parent: cgroupPath.optional(),
  /** Maximum number of concurrent rkt commands. */
  concurrency: concurrency.optional(),
  /** The default stage1 of tasks. */
  stage1: stage1Schema.optional(),
  gc: gcSchema.prefault({}),
});

export type DriverConfig = z.infer<typeof driverConfigSchema>;
export type DriverConfigInput = z.input<typeof driverConfigSchema>;

/** A duration of a validated configuration, in ms. */
export function configDurationMs(text: string): number {
  return parseDurationMs(text) ?? 0;
}

/** What a Nomad agent passes to every driver about itself. */
export const agentConfigSchema = z.object({
  clientMinPort: z.number().int().min(0).max(65_535).optional(),
  clientMaxPort: z.number().int().min(0).max(65_535).optional(),
});

export type AgentConfig = z.infer<typeof agentConfigSchema>;
