import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { FoundHost } from './found-host.ts';

/** Finds the token of the agent of a host; undefined when there is none for it. */
export type FindToken = (host: FoundHost) => Promise<string | undefined>;

/**
 * Reads the tokens of agents: the file that the host names, else the file of its name in the directory `tokens`, else `tokens`
 * itself, when it is a file.
 *
 * @throws RKT_ERR_TOKEN_FILE through the promise, for a file that other users may read, or that cannot be read
 */
export function tokenFinder(tokens: string | undefined): FindToken {
  return async ({ name, tokenFile }) => {
    if (tokenFile !== undefined) return readToken(tokenFile);
    if (tokens === undefined) return undefined;
    const isDirectory = await stat(tokens).then(
      (entry) => entry.isDirectory(),
      (error: unknown) => {
        throw unusable(tokens, reasonOf(error));
      },
    );
    if (!isDirectory) return readToken(tokens);
    const path = join(tokens, name);
    return (await isThere(path)) ? readToken(path) : undefined;
  };
}

async function readToken(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) throw unusable(path, 'other users may read it; use chmod 600');
    const token = (await readFile(path, 'utf8')).trim();
    // A header takes no others.
    if (!/^[\x21-\x7e]+$/.test(token)) throw unusable(path, 'it contains no token');
    return token;
  } catch (error) {
    throw error instanceof RktError ? error : unusable(path, reasonOf(error));
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function unusable(path: string, why: string): RktError {
  return new RktError('RKT_ERR_TOKEN_FILE', `The token file ${path} cannot be used: ${why}`);
}
