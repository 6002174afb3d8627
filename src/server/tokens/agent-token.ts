import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { readPrivateFile } from '../../files/private-file.ts';
import { permissionError } from '../../model/permission.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { RktError } from '../../model/rkt-error.ts';

const FORM = /^[\w-]{32,128}$/;

export function tokenPath(dataDir: string): string {
  return join(dataDir, 'agent-token');
}

/** 256 random bits, in the letters of a URL. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The own token of the agent, which may write; made at the first start, in a file that only its owner may read.
 *
 * @throws RKT_ERR_TOKEN_FILE when others may read the file, or when it holds something else; RKT_ERR_PERMISSION
 */
export function loadAgentToken(path: string): string {
  const token = (readSecret(path) ?? made(path)).trim();
  if (!FORM.test(token)) throw unusableTokens(path, new Error('it contains no token'));
  return token;
}

/** The text of a file that only its owner may read; undefined without one. @throws RKT_ERR_TOKEN_FILE, RKT_ERR_PERMISSION */
export function readSecret(path: string): string | undefined {
  try {
    return readPrivateFile(path);
  } catch (error) {
    const { cause } = error as Error;
    if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
    throw unusableTokens(path, cause ?? error);
  }
}

export function unusableTokens(path: string, cause: unknown): RktError {
  const tried = `The token file ${path} cannot be used`;
  return (
    permissionError(cause, tried, path) ?? new RktError('RKT_ERR_TOKEN_FILE', `${tried}: ${reasonOf(cause)}`)
  );
}

function made(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const fresh = `${path}.${randomBytes(6).toString('hex')}`;
    writeFileSync(fresh, `${randomToken()}\n`, { mode: 0o600, flag: 'wx' });
    linkUnlessThere(fresh, path);
    unlinkSync(fresh);
  } catch (error) {
    throw unusableTokens(path, error);
  }
  return readSecret(path) ?? '';
}

/** A link does not replace the file of an agent that was faster. */
function linkUnlessThere(fresh: string, path: string): void {
  try {
    linkSync(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
