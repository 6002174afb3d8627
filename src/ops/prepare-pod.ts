import { access, rm } from 'node:fs/promises';

import { POD_FILE_VARIABLE } from '../model/called-command.ts';
import { RktError, isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from '../rkt/command-runner.ts';
import { recoded } from '../rkt/failure.ts';
import { prepare } from '../rkt/rkt-prepare.ts';
import type { OpsContext } from './ops-context.ts';
import { writePrepareTicket } from './data-directory.ts';
import { removePodIfThere } from './pods-of-start.ts';
import type { TaskFiles } from './task-files.ts';
import type { UndoStack } from './undo.ts';
import { removeAnnounced, removeUnfinished, unfinishedPods } from './unfinished-pods.ts';

/** A shell has separate exit codes for a command that it could not execute. */
const NOT_EXECUTED: readonly (number | undefined)[] = [126, 127];

export interface Preparation {
  readonly startToken: string;
  readonly files: TaskFiles;
  readonly image: string;
}

export interface PrepareOrder {
  /** The arguments of `rkt prepare`. */
  readonly args: readonly string[];
  readonly preparation: Preparation;
  readonly undo: UndoStack;
}

/**
 * Runs `rkt prepare` under a lock, so that a later driver can wait for one that outlived this process. Pushes the
 * removal of its pod, complete or not, onto the rollback stack.
 */
export async function preparePod(
  ctx: OpsContext,
  runner: RktRunner,
  { args, preparation: { startToken, files, image }, undo }: PrepareOrder,
): Promise<string> {
  await writePrepareTicket(files);
  const before = await unfinishedPods(ctx);
  let podId: string | undefined;
  undo.push('pod', async () => {
    if (podId !== undefined) return removePodIfThere(ctx, runner, podId);
    await removeAnnounced(ctx, runner, files);
    return removeUnfinished(ctx, runner, startToken, before);
  });
  try {
    podId = await prepare(runner, args, {
      timeoutMs: ctx.timeouts.prepareMs,
      signal: ctx.shutdown,
      image,
      environmentFile: files.environment,
      ...(runner.binary.runtime === 'embedded' && { env: { [POD_FILE_VARIABLE]: files.preparedPod } }),
      wrapProcess: (argv) => revocable(files, argv),
    });
    return podId;
  } catch (error) {
    if (isNotExecuted(error)) throw recoded(error, 'RKT_ERR_RKT_MISSING', 'rkt cannot be executed');
    throw error;
  }
}

/**
 * The command line that runs another one under the lock of a preparation, unless that was revoked: a driver may die
 * between fork(2) and execve(2), and the forked process begins at any time after that.
 */
export function revocable(
  { prepareLock, prepareTicket }: Pick<TaskFiles, 'prepareLock' | 'prepareTicket'>,
  argv: readonly string[],
): readonly string[] {
  const script = '[ -e "$0" ] || exit 125; exec "$@"';
  return [
    ...['flock', '--no-fork', '--exclusive', prepareLock],
    ...['/bin/sh', '-c', script, prepareTicket, ...argv],
  ];
}

function isNotExecuted(error: unknown): error is RktError {
  return isRktError(error, 'RKT_ERR_RKT_FAILED') && NOT_EXECUTED.includes(error.details.exitCode);
}

/**
 * Revokes a `rkt prepare` of {@link preparePod} whose driver is gone, and waits for its end if it has already begun.
 *
 * @throws RKT_ERR_RKT_TIMEOUT
 */
export async function endPreparation(
  ctx: OpsContext,
  runner: RktRunner,
  { prepareLock, prepareTicket }: Pick<TaskFiles, 'prepareLock' | 'prepareTicket'>,
): Promise<void> {
  // In this order: a process that gets the lock later finds no ticket.
  await rm(prepareTicket, { force: true });
  const isThere = await access(prepareLock).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const seconds = Math.ceil(ctx.timeouts.prepareMs / 1_000);
  const wait = ['flock', '--exclusive', '--timeout', String(seconds), prepareLock, 'true'];
  const { exitCode } = await (await runner.spawn(wait)).exit;
  if (exitCode !== 0)
    throw new RktError('RKT_ERR_RKT_TIMEOUT', `rkt prepare still holds ${prepareLock} after ${seconds} s`);
}
