/** How the text of a flag or variable becomes a value. */
export type OptionKind = 'text' | 'path' | 'number' | 'boolean';

/** One setting that every command takes: by its key in the config file, a flag and a variable. */
export interface GlobalOption {
  readonly key: string;
  readonly kind: OptionKind;
  /** What stands for the value in the help; absent for a flag that takes none. */
  readonly value?: string;
  readonly help: string;
  /** The flag is the setting's opposite: `--no-agent`. */
  readonly isNegated?: true;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export const GLOBAL_OPTIONS: readonly GlobalOption[] = [
  option('rkt', 'text', '<path>', 'auto (the rkt on PATH, else the embedded one), embedded, or a path'),
  option('rktDir', 'path', '<dir>', "rkt's data directory"),
  option('dataDir', 'path', '<dir>', 'where state, logs and exit codes of the tasks are kept'),
  option('cgroupRoot', 'path', '<dir>', 'where the cgroup hierarchies are mounted'),
  option('cgroupParent', 'text', '<name>', 'the cgroup below which every task gets its own'),
  option('volumesEnabled', 'boolean', '<bool>', 'allow volumes with absolute host paths'),
  option(
    'allowMissingIsolation',
    'boolean',
    '<bool>',
    'run tasks without a network or stage1 that rkt lacks',
  ),
  option('rktConcurrency', 'number', '<n>', 'how many rkt commands may run at once'),
  option('rktTimeoutMs', 'number', '<ms>', 'time for a command of rkt'),
  option('prepareTimeoutMs', 'number', '<ms>', 'time for rkt prepare, which may fetch the image'),
  option('launchTimeoutMs', 'number', '<ms>', "time from the pod's start to the app's"),
  option('networkTimeoutMs', 'number', '<ms>', 'time for a network that ports are mapped to'),
  option('killTimeoutMs', 'number', '<ms>', 'time from SIGKILL to the exit'),
  option('fingerprintPeriodMs', 'number', '<ms>', 'time between two fingerprints'),
  option('statsGate', 'boolean', '<bool>', 'do not read again the figures that nothing can have moved'),
  option('statsMaxStaleMs', 'number', '<ms>', 'age at which such figures are read all the same'),
  option('statsDescriptors', 'number', '<n>', 'how many descriptors may stay open for reading figures'),
  option('logMaxSize', 'text', '<size>', 'logs that are kept here are cut in steps of this size'),
  option('logMaxFiles', 'number', '<n>', 'how many times that is kept of the log of a task'),
  option('logLevel', 'text', '<level>', `log on stderr from this level on: ${LOG_LEVELS.join(', ')}`),
  { key: 'agent', kind: 'boolean', help: 'work alone, though an agent runs', isNegated: true },
  { key: 'json', kind: 'boolean', help: 'print NDJSON: every line is one JSON object' },
];

/** `--rkt-dir` for `rktDir`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `RKT_STREAMS_RKT_DIR` for `rktDir`. */
export function variableOf(key: string): string {
  return `RKT_STREAMS_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function option(key: string, kind: OptionKind, value: string, help: string): GlobalOption {
  return { key, kind, value, help };
}
