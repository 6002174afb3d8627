import { homedir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { logMaxFilesSchema, logMaxSizeSchema } from './log-limits.ts';
import { parseWith } from './parse.ts';

const durationMs = z.number().int().min(1).max(2_147_483_647);
const hasNoZeroByte = (text: string): boolean => !text.includes('\0');
export const absolutePath = z
  .string()
  .startsWith('/', 'must be an absolute path')
  .refine(hasNoZeroByte, 'contains a NUL byte');
/** How many rkt commands may run at once. */
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

/** The options of createDriver that are plain data; the command line reads the same ones from flags, environment and file. */
export const driverOptionsSchema = z.strictObject({
  /** `auto` (the rkt on PATH, else the embedded one), `embedded`, or the path of an rkt. */
  rkt: z.string().min(1).default('auto'),
  /** rkt's data directory. Default: rkt's own, `/var/lib/rkt`; without root `$XDG_DATA_HOME/rkt`. */
  rktDir: absolutePath.optional(),
  /** Where the driver keeps state, logs and exit codes. Default `/var/lib/rkt-streams`; without root `$XDG_DATA_HOME/rkt-streams`. */
  dataDir: absolutePath.optional(),
  /**
   * The name under which the state of a task notes that its end was published. Drivers that follow each other under one name
   * publish each end once between them; those that run at the same time need names of their own to find what the others
   * have left. An empty one notes nothing: each such driver publishes all ends that it finds.
   */
  publisher: z
    .string()
    .regex(/^[\w-]{0,64}$/, 'is not a name of at most 64 letters, digits, "_" and "-"')
    .default('driver'),
  cgroupRoot: absolutePath.default('/sys/fs/cgroup'),
  /** The directory below which the cgroup of every task is made. */
  cgroupParent: cgroupPath.default('rkt-streams'),
  rktConcurrency: concurrency.default(4),
  rktTimeoutMs: durationMs.default(60_000),
  prepareTimeoutMs: durationMs.default(300_000),
  launchTimeoutMs: durationMs.default(60_000),
  networkTimeoutMs: durationMs.default(60_000),
  killTimeoutMs: durationMs.default(15_000),
  fingerprintPeriodMs: durationMs.default(30_000),
  /** Figures of tasks in which nothing can have moved are not read again; false reads everything every time. */
  statsGate: z.boolean().default(true),
  /** How old a figure may get that is not read again. */
  statsMaxStaleMs: durationMs.default(10_000),
  /** How many descriptors may be kept open for reading figures. Default: what RLIMIT_NOFILE allows but for a reserve. */
  statsDescriptors: z.number().int().min(0).optional(),
  /** Logs that the driver keeps itself are cut in steps of this size: bytes, or text such as `10Mi`. */
  logMaxSize: logMaxSizeSchema.default(10 * 1024 * 1024),
  /** How many times that is kept of each. */
  logMaxFiles: logMaxFilesSchema.default(3),
});

export type DriverOptionsInput = z.input<typeof driverOptionsSchema>;
type ParsedOptions = z.output<typeof driverOptionsSchema>;

/** The options with every default filled in. */
export type DriverSettings = ParsedOptions & { readonly rktDir: string; readonly dataDir: string };

/** Checks the options and fills in what is missing. @throws RKT_ERR_OPTIONS */
export function driverSettings(input: DriverOptionsInput): DriverSettings {
  const options = parseWith(driverOptionsSchema, input, 'options', 'RKT_ERR_OPTIONS');
  return {
    ...options,
    rktDir: options.rktDir ?? join(libraryDirectory(), 'rkt'),
    dataDir: options.dataDir ?? join(libraryDirectory(), 'rkt-streams'),
  };
}

function libraryDirectory(): string {
  if (process.geteuid?.() === 0) return '/var/lib';
  return process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
}
