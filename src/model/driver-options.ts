import { z } from 'zod';

import { defaultDataDir, defaultRktDir } from './default-directories.ts';
import { logMaxFilesSchema, logMaxSizeSchema } from './log-limits.ts';
import { parseWith } from './parse.ts';

const durationMs = z.number().int().min(1).max(2_147_483_647);
const hasNoZeroByte = (text: string): boolean => !text.includes('\0');
export const absolutePath = z
  .string()
  .startsWith('/', 'must be an absolute path')
  .refine(hasNoZeroByte, 'contains a NUL byte');
/** Maximum number of concurrent rkt commands. */
export const concurrency = z.number().int().min(1).max(64);
/** Below the root of each hierarchy, and never that root itself. */
export const cgroupPath = z
  .string()
  .refine(
    (path) => path.split('/').every((part) => part !== '.' && part !== '..'),
    'must not contain . or ..',
  )
  .refine((path) => /[^/]/.test(path), 'must name a directory')
  .refine(hasNoZeroByte, 'contains a NUL byte');

/**
 * The options of createDriver that are plain data; the command line reads them from flags, environment and config
 * file.
 */
export const driverOptionsSchema = z.strictObject({
  /** `auto` (the rkt on PATH, else the embedded one), `embedded`, or the path of an rkt. */
  rkt: z.string().min(1).default('auto'),
  /** rkt's data directory. Default: rkt's own, `/var/lib/rkt`; without root `$XDG_DATA_HOME/rkt`. */
  rktDir: absolutePath.optional(),
  /**
   * Directory for state, logs and exit codes. Default `/var/lib/rkt-streams`; without root
   * `$XDG_DATA_HOME/rkt-streams`.
   */
  dataDir: absolutePath.optional(),
  /**
   * The name under which the driver records that it published the exit of a task. Consecutive drivers with the same
   * name publish each exit once between them; concurrent drivers need different names to find exits that the others
   * have published. An empty name records nothing: such a driver publishes all exits that it finds.
   */
  publisher: z
    .string()
    .regex(/^[\w-]{0,64}$/, 'is not a name of at most 64 letters, digits, "_" and "-"')
    .default('driver'),
  cgroupRoot: absolutePath.default('/sys/fs/cgroup'),
  /** The parent cgroup of the cgroups of all tasks. */
  cgroupParent: cgroupPath.default('rkt-streams'),
  rktConcurrency: concurrency.default(4),
  rktTimeoutMs: durationMs.default(60_000),
  prepareTimeoutMs: durationMs.default(300_000),
  launchTimeoutMs: durationMs.default(60_000),
  networkTimeoutMs: durationMs.default(60_000),
  killTimeoutMs: durationMs.default(15_000),
  fingerprintPeriodMs: durationMs.default(30_000),
  /** Skip reading metrics of tasks that cannot have changed; false reads everything every time. */
  statsGate: z.boolean().default(true),
  /** The maximum age of a metric that was not read again. */
  statsMaxStaleMs: durationMs.default(10_000),
  /** The maximum number of file descriptors kept open for sampling. Default: RLIMIT_NOFILE minus a reserve. */
  statsDescriptors: z.number().int().min(0).optional(),
  /** The size by which the driver truncates its own log files: bytes, or text such as `10Mi`. */
  logMaxSize: logMaxSizeSchema.default(10 * 1024 * 1024),
  /** How many times that size is kept of each log. */
  logMaxFiles: logMaxFilesSchema.default(3),
});

export type DriverOptionsInput = z.input<typeof driverOptionsSchema>;
type ParsedOptions = z.output<typeof driverOptionsSchema>;

/** The options with all defaults. */
export type DriverSettings = ParsedOptions & { readonly rktDir: string; readonly dataDir: string };

/** Validates the options and fills in the defaults. @throws RKT_ERR_OPTIONS */
export function driverSettings(input: DriverOptionsInput): DriverSettings {
  const options = parseWith(driverOptionsSchema, input, 'options', 'RKT_ERR_OPTIONS');
  return {
    ...options,
    rktDir: options.rktDir ?? defaultRktDir(),
    dataDir: options.dataDir ?? defaultDataDir(),
  };
}
