import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** The PATH of a service of systemd. */
const SERVICE_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const COMMAND = fileURLToPath(new URL('../../../bin/rkt-streams', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../../dist/programs/rkt-streams.js', import.meta.url));

/** The words that start this program as a service: the command, or this Node where a service would find none on its PATH. */
export function serviceProgram(directories: readonly string[] = SERVICE_PATH): readonly string[] {
  // The files of the single-file executable may move with the next version.
  if (isSea()) return [process.execPath];
  const isFound = directories.some((directory) => isExecutable(join(directory, 'node')));
  return isFound && isExecutable(COMMAND) ? [COMMAND] : [process.execPath, PROGRAM];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
