import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The configuration of a machine. */
export const SYSTEM_CONFIG = '/etc/rkt-streams/config.jsonc';

/** The config file of the user who calls, without `--config`: that of the machine for root, else the one below `$XDG_CONFIG_HOME`. */
export function defaultConfigPath(
  env: Readonly<Record<string, string | undefined>>,
  uid = process.geteuid?.(),
): string {
  if (uid === 0) return SYSTEM_CONFIG;
  const base = env['XDG_CONFIG_HOME'];
  const directory = base === undefined || base === '' ? join(homedir(), '.config') : base;
  return join(directory, 'rkt-streams', 'config.jsonc');
}

/** The same, if there is such a file. */
export function presentDefaultConfig(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const path = defaultConfigPath(env);
  return existsSync(path) ? path : undefined;
}
