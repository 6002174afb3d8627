import { homedir } from 'node:os';
import { join } from 'node:path';

/** rkt's own data directory: `/var/lib/rkt`; without root `$XDG_DATA_HOME/rkt`. */
export function defaultRktDir(): string {
  return join(libraryDirectory(), 'rkt');
}

/** Where the driver keeps state, logs and exit codes: `/var/lib/rkt-streams`; without root `$XDG_DATA_HOME/rkt-streams`. */
export function defaultDataDir(): string {
  return join(libraryDirectory(), 'rkt-streams');
}

function libraryDirectory(): string {
  if (process.geteuid?.() === 0) return '/var/lib';
  return process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
}
