import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

import { reasonOf } from '../model/reason-of.ts';

/** Only its owner may read a file with a secret. */
const OTHERS = 0o077;

/**
 * The text of a file that holds a secret.
 *
 * @throws Error with the reason alone: the file cannot be read, other users can read it, or it belongs to another user than this
 * one and root
 */
export function readPrivateFile(path: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor);
    const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
    if (!stat.isFile()) throw new Error('it is not a file');
    if ((stat.mode & OTHERS) !== 0) throw new Error(`other users can read it (mode ${mode}); use chmod 600`);
    if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) throw new Error(`it belongs to user ${stat.uid}`);
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
