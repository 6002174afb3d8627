import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** A program of this machine, by name. */
export function hostProgram(name: string): string | undefined {
  for (const dir of (process.env['PATH'] ?? '').split(':')) {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {
      continue;
    }
  }
  return undefined;
}
