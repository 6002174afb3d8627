import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, systemErrorText, type RktContext } from '../embedded-context.ts';
import { holdFileLock } from './locks.ts';

/**
 * The lock that `prepare` shares and that who removes trees takes alone, a real rkt as well: a tree that a pod is about to
 * use is in no file of the pod yet.
 *
 * @throws RktFailure when its directory cannot be made
 */
export function prepareLockFile(ctx: Pick<RktContext, 'dir'>): string {
  const dir = join(ctx.dir, 'locks');
  try {
    mkdirSync(dir, { recursive: true, mode: 0o750 });
  } catch (error) {
    throw new RktFailure('cannot get exclusive prepare lock', [systemErrorText('mkdir', dir, error)]);
  }
  return join(dir, 'prepareLock');
}

/** Does something while no pod is prepared. @throws RktFailure when the lock cannot be had */
export async function whileNothingIsPrepared<T>(
  ctx: Pick<RktContext, 'dir'>,
  action: () => T | Promise<T>,
): Promise<T> {
  const lock = await holdFileLock(prepareLockFile(ctx));
  if (lock === undefined) throw new RktFailure('cannot get exclusive prepare lock');
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
