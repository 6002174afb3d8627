import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, mkdir, open, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';

/** The cookie of a browser's session, with {@link readKey}. */
export const SESSION_COOKIE = 'rkt-streams-reads';

const FORM = /^[\w-]{32,128}$/;

export function tokenPath(dataDir: string): string {
  return join(dataDir, 'agent-token');
}

/**
 * The token of the agent; made at the first start, in a file that only its owner may read.
 *
 * @throws RKT_ERR_TOKEN_FILE when others may read the file, or when it holds something else; RKT_ERR_PERMISSION
 */
export async function loadToken(path: string): Promise<string> {
  try {
    return await readToken(path);
  } catch (error) {
    if (error instanceof RktError) throw error;
    if (!isMissing(error)) throw unusable(path, error);
  }
  await makeToken(path).catch((error: unknown) => {
    throw unusable(path, error);
  });
  return readToken(path);
}

async function makeToken(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  // A link does not replace the file of an agent that was faster.
  await link(fresh, path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  await unlink(fresh);
}

/** Constant-time comparison. */
export function isToken(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

/** The session cookie of a browser: it permits only reads, and does not reveal the token. */
export function readKey(token: string): string {
  return createHash('sha256').update(`reads with ${token}`).digest('base64url');
}

async function readToken(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { mode, uid } = await file.stat();
    if ((mode & 0o077) !== 0) throw refused(path, `others may read it (mode ${(mode & 0o777).toString(8)})`);
    if (uid !== process.geteuid?.()) throw refused(path, `it belongs to user ${uid}`);
    const token = (await file.readFile('utf8')).trim();
    if (!FORM.test(token)) throw refused(path, 'it contains no token');
    return token;
  } catch (error) {
    throw error instanceof RktError ? error : unusable(path, error);
  } finally {
    await file.close();
  }
}

function refused(path: string, why: string): RktError {
  return new RktError('RKT_ERR_TOKEN_FILE', `The token file ${path} cannot be used: ${why}`);
}

function unusable(path: string, cause: unknown): RktError {
  const tried = `The token file ${path} cannot be used`;
  return permissionError(cause, tried, path) ?? refused(path, reasonOf(cause));
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
