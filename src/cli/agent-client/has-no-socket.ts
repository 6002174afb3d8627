import { statSync } from 'node:fs';

/** True when there is no such file, which shows sooner than by connecting; false when that cannot be seen. */
export function hasNoSocket(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
