import { RktError } from '../model/rkt-error.ts';
import type { PullPolicy } from './run-pull.ts';

/** The flags of `run` that need the task on this machine. */
export interface ElsewhereFlags {
  readonly interactive?: boolean;
  readonly tty?: boolean;
  readonly pull?: PullPolicy;
}

/** @throws RKT_ERR_OPTIONS for what an agent cannot do for a command */
export function checkElsewhere({ interactive = false, tty = false, pull }: ElsewhereFlags): void {
  if (interactive || tty)
    throw new RktError(
      'RKT_ERR_OPTIONS',
      '--interactive and --tty connect a task with this machine, and the agent starts it: run it with --detach, and open a shell with exec -it',
    );
  if (pull !== undefined && pull !== 'missing')
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `--pull ${pull} works with the store of this machine, and the agent has its own: pull the image there, or leave out --pull, which fetches an image that is missing`,
    );
}
