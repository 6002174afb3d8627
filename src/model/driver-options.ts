import { z } from 'zod';

import { defaultDataDir, defaultRktDir } from './default-directories.ts';
import { logMaxFilesSchema, logMaxSizeSchema } from './log-limits.ts';
import { parseWith } from './parse.ts';

/**
 * The options of createDriver that are plain data, all with a default; the command line reads them from flags, environment
 * and config file.
 */
export interface DriverOptionsInput {
  /** `auto` (default: the rkt on PATH, else the embedded one), `embedded`, or the path of an rkt. */
  readonly rkt?: string | undefined;
  /** rkt's data directory. Default: rkt's own, `/var/lib/rkt`; without root `$XDG_DATA_HOME/rkt`. */
  readonly rktDir?: string | undefined;
  /**
   * Directory for state, logs and exit codes. Default `/var/lib/rkt-streams`; without root
   * `$XDG_DATA_HOME/rkt-streams`.
   */
  readonly dataDir?: string | undefined;
  /**
   * The name under which the driver records that it published the exit of a task; default `driver`. Consecutive drivers
   * with the same name publish each exit once between them; concurrent drivers need different names to find exits that
   * the others have published. An empty name records nothing: such a driver publishes all exits that it finds.
   */
  readonly publisher?: string | undefined;
  /** Where cgroups are mounted. Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string | undefined;
  /** The parent cgroup of the cgroups of all tasks. Default `rkt-streams`. */
  readonly cgroupParent?: string | undefined;
  /** Maximum number of concurrent rkt commands, 1–64. Default 4. */
  readonly rktConcurrency?: number | undefined;
  /** Time limit of an rkt command in ms. Default 60 000. */
  readonly rktTimeoutMs?: number | undefined;
  /** Time limit of `rkt prepare`, which may fetch an image. Default 300 000. */
  readonly prepareTimeoutMs?: number | undefined;
  /** From the start of the shim to that of the app. Default 60 000. */
  readonly launchTimeoutMs?: number | undefined;
  /** How long a start waits for a network that ports are mapped to. Default 60 000. */
  readonly networkTimeoutMs?: number | undefined;
  /** From SIGKILL to the exit. Default 15 000. */
  readonly killTimeoutMs?: number | undefined;
  /** The interval of `fingerprint`. Default 30 000. */
  readonly fingerprintPeriodMs?: number | undefined;
  /** Skip reading metrics of tasks that cannot have changed (default); false reads everything every time. */
  readonly statsGate?: boolean | undefined;
  /** The maximum age of a metric that was not read again. Default 10 000. */
  readonly statsMaxStaleMs?: number | undefined;
  /** The maximum number of file descriptors kept open for sampling. Default: RLIMIT_NOFILE minus a reserve. */
  readonly statsDescriptors?: number | undefined;
  /** The size by which the driver truncates its own log files: bytes, or text such as `10Mi`, which is the default. */
  readonly logMaxSize?: number | string | undefined;
  /** How many times that size is kept of each log, 1–1000. Default 3. */
  readonly logMaxFiles?: number | undefined;
}

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

/** {@link DriverOptionsInput}. */
export const driverOptionsSchema = z.strictObject({
  rkt: z.string().min(1).default('auto'),
  rktDir: absolutePath.optional(),
  dataDir: absolutePath.optional(),
  publisher: z
    .string()
    .regex(/^[\w-]{0,64}$/, 'is not a name of at most 64 letters, digits, "_" and "-"')
    .default('driver'),
  cgroupRoot: absolutePath.default('/sys/fs/cgroup'),
  cgroupParent: cgroupPath.default('rkt-streams'),
  rktConcurrency: concurrency.default(4),
  rktTimeoutMs: durationMs.default(60_000),
  prepareTimeoutMs: durationMs.default(300_000),
  launchTimeoutMs: durationMs.default(60_000),
  networkTimeoutMs: durationMs.default(60_000),
  killTimeoutMs: durationMs.default(15_000),
  fingerprintPeriodMs: durationMs.default(30_000),
  statsGate: z.boolean().default(true),
  statsMaxStaleMs: durationMs.default(10_000),
  statsDescriptors: z.number().int().min(0).optional(),
  logMaxSize: logMaxSizeSchema.default(10 * 1024 * 1024),
  logMaxFiles: logMaxFilesSchema.default(3),
});

type ParsedOptions = z.output<typeof driverOptionsSchema>;

/** The options with all defaults. */
export type DriverSettings = ParsedOptions & { readonly rktDir: string; readonly dataDir: string };

/** Validates the options and fills in the defaults. @throws RKT_ERR_OPTIONS */
export function driverSettings(input: DriverOptionsInput): DriverSettings {
  const options = parseWith(driverOptionsSchema, input, { what: 'options', code: 'RKT_ERR_OPTIONS' });
  return {
    ...options,
    rktDir: options.rktDir ?? defaultRktDir(),
    dataDir: options.dataDir ?? defaultDataDir(),
  };
}
