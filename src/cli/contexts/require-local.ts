import type { Command } from 'commander';

import { RktError } from '../../model/rkt-error.ts';
import { sourcesOf } from '../command-settings.ts';
import { findSettings } from '../settings-sources.ts';
import { chosenHost } from './chosen-host.ts';

/** Commands that work with the agent of another machine, and the one that names them. */
const ANYWHERE: ReadonlySet<string> = new Set([
  'run',
  'ps',
  'inspect',
  'logs',
  'events',
  'stats',
  'top',
  'record',
  'wait',
  'stop',
  'signal',
  'kill',
  'rm',
  'restart',
  'exec',
  'alerts',
  'audit',
  'fingerprint',
  'context',
]);
/** Commands on tasks and images, which the current context concerns as well: they must not act on another machine than `ps` shows. */
const ON_TASKS: ReadonlySet<string> = new Set(['cp', 'image', 'images', 'pull', 'rmi', 'system', 'info']);

/**
 * Checks that a command which works on this machine alone was not meant for another one.
 *
 * @throws RKT_ERR_OPTIONS
 */
export function requireLocal(command: Command): void {
  const name = topLevelName(command);
  if (ANYWHERE.has(name)) return;
  const found = findSettings(sourcesOf(command));
  const host = found.get('host')?.value;
  if (host === undefined && !ON_TASKS.has(name)) return;
  const agent = found.get('agent')?.value !== false;
  const address = chosenHost({ ...(typeof host === 'string' && { host }), agent }, process.env);
  if (address === undefined) return;
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `\`${name}\` works on this machine alone, and ${address.url ?? address.socketPath} was chosen; add --host local, or run it there`,
  );
}

function topLevelName(command: Command): string {
  let current = command;
  while (current.parent?.parent) current = current.parent;
  return current.name();
}
