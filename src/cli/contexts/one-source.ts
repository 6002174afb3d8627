import type { Command } from 'commander';

import { RktError } from '../../model/rkt-error.ts';
import { sourcesOf } from '../command-settings.ts';
import { replayFlagsOf } from '../replay-options.ts';
import { findSettings } from '../settings-sources.ts';
import { LOCAL } from './chosen-host.ts';

/**
 * Checks that the flags of a command name one source of tasks: an agent, a recording or a data directory. A flag overrides the
 * variables and the current context.
 *
 * @throws RKT_ERR_OPTIONS
 */
export function requireOneSource(command: Command): void {
  const found = findSettings(sourcesOf(command));
  const isFlag = (key: string): boolean => found.get(key)?.source === 'flag';
  const hasHost = isFlag('host') && found.get('host')?.value !== LOCAL;
  const isReplay = replayFlagsOf(command).file !== undefined;
  const refuse = (pair: string, why: string): never => {
    throw new RktError('RKT_ERR_OPTIONS', `${pair} exclude each other: ${why}; leave out one of them`);
  };
  if (hasHost && isReplay) refuse('--host and --replay', 'the one names an agent, the other one a recording');
  if (hasHost && isFlag('dataDir'))
    refuse('--host and --data-dir', 'the agent of another machine has a data directory of its own');
  if (isReplay && isFlag('dataDir') && command.name() !== 'agent')
    refuse('--replay and --data-dir', 'a recording is played without one');
}
