import { mkdirSync } from 'node:fs';

import { RktFailure } from '../embedded-context.ts';
import { holdLock } from '../pods/locks.ts';
import { RUNTIME_DIR } from './runtime-dir.ts';

/** Does something while no other pod of this machine claims ports or changes the chain that pods share. */
export async function withNetworkLock<T>(action: () => T | Promise<T>): Promise<T> {
  mkdirSync(RUNTIME_DIR, { recursive: true, mode: 0o755 });
  const lock = await holdLock(RUNTIME_DIR, { wait: true });
  if (lock === undefined) throw new RktFailure(`cannot lock ${RUNTIME_DIR}`);
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
