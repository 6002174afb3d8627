import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';

/**
 * True when this user may create a user namespace with a mount namespace in it, which the embedded rkt needs without
 * root.
 */
export async function userNamespacesWork(runner: RktRunner): Promise<boolean> {
  try {
    const wrap = (): readonly string[] => ['unshare', '--user', '--map-root-user', '--mount', 'true'];
    await runner.run([], { wrap, timeoutMs: 5_000 });
    return true;
  } catch (error) {
    if (isRktError(error)) return false;
    throw error;
  }
}
