import { z } from 'zod';

import type { Defaulted } from './defaulted.ts';
import { absolutePath, cgroupPath, concurrency } from './driver-options.ts';
import { parseDurationMs } from './go-duration.ts';
import { stage1Schema } from './stage1.ts';

/** What to remove when a task is destroyed. */
export interface GcConfig {
  /** Remove the pod (default); false leaves it to `rkt gc`. */
  readonly pod: boolean;
  /** Remove the image too when no prepared or running pod uses it any more. Default false. */
  readonly image: boolean;
  /** How long an unused image is kept for the next task: `3m` by default. */
  readonly image_delay: string;
}

/**
 * The plugin configuration: `plugin "rkt" { config { volumes_enabled = true } }`.
 *
 * `rkt_path`, `rkt_dir`, `data_dir`, `cgroup_parent` and `concurrency` correspond to options of createDriver and
 * override them.
 */
export interface DriverConfig {
  /** Whether tasks may have volumes outside of their allocation directory. Default true. */
  readonly volumes_enabled: boolean;
  /**
   * Run tasks whose pod does not support their `net` or `stage1` without it, in the network of the host; otherwise
   * they are refused.
   */
  readonly allow_missing_isolation?: boolean | undefined;
  /** The shortest sampling interval; shorter requests are raised to it. Default `100ms`. */
  readonly stats_interval: string;
  /** `auto`, `embedded`, or the path of an rkt. */
  readonly rkt_path?: string | undefined;
  /** rkt's data directory. */
  readonly rkt_dir?: string | undefined;
  /** Directory for state, logs and exit codes. */
  readonly data_dir?: string | undefined;
  /** The parent cgroup of the cgroups of all tasks. */
  readonly cgroup_parent?: string | undefined;
  /** Maximum number of concurrent rkt commands, 1–64. */
  readonly concurrency?: number | undefined;
  /** The default stage1 of tasks. */
  readonly stage1?: string | undefined;
  readonly gc: GcConfig;
}

/** {@link DriverConfig} as it is given to setConfig: nothing is required. */
export interface DriverConfigInput extends Omit<
  Defaulted<DriverConfig, 'volumes_enabled' | 'stats_interval'>,
  'gc'
> {
  readonly gc?: Defaulted<GcConfig, keyof GcConfig> | undefined;
}

/** What a Nomad agent passes to every driver about itself. */
export interface AgentConfig {
  /** The first of the ports that it gives to tasks. */
  readonly clientMinPort?: number | undefined;
  /** The last one. */
  readonly clientMaxPort?: number | undefined;
}

/** The longest delay of a timer of Node; a longer one would fire immediately. */
const LONGEST_MS = 2 ** 31 - 1;

const duration = z.string().refine((text) => {
  const ms = parseDurationMs(text);
  return ms !== undefined && ms >= 0 && ms <= LONGEST_MS;
}, 'must be a duration such as 500ms, 3m or 1h30m, of 24 days at most');

/** {@link GcConfig}. */
const gcSchema = z.strictObject({
  pod: z.boolean().default(true),
  image: z.boolean().default(false),
  image_delay: duration.default('3m'),
});

/** {@link DriverConfig}. */
export const driverConfigSchema = z.strictObject({
  volumes_enabled: z.boolean().default(true),
  allow_missing_isolation: z.boolean().optional(),
  stats_interval: duration.default('100ms'),
  rkt_path: z.string().min(1).optional(),
  rkt_dir: absolutePath.optional(),
  data_dir: absolutePath.optional(),
  cgroup_parent: cgroupPath.optional(),
  concurrency: concurrency.optional(),
  stage1: stage1Schema.optional(),
  gc: gcSchema.prefault({}),
});

/** A duration of a validated configuration, in ms. */
export function configDurationMs(text: string): number {
  return parseDurationMs(text) ?? 0;
}

/** {@link AgentConfig}. */
export const agentConfigSchema = z.object({
  clientMinPort: z.number().int().min(0).max(65_535).optional(),
  clientMaxPort: z.number().int().min(0).max(65_535).optional(),
});
