import { createHash, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const HASH_LENGTH = 12;
const TOKEN = new RegExp(`^${UUID}(?:-(?<hash>[0-9a-f]{${HASH_LENGTH}}))?$`);
const AT_END = new RegExp(`(?:^|-)(${UUID}(?:-[0-9a-f]{${HASH_LENGTH}})?)$`);

/**
 * A token that no other start has. It contains a hash of the data directory: pods and cgroups carry the token, and
 * several data directories can share one rkt and one cgroup parent.
 */
export function newStartToken(dataDir: string): string {
  return `${randomUUID()}-${hashOf(dataDir)}`;
}

/** True for text that {@link newStartToken} may have created; earlier versions have no hash. */
export function isStartToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The token at the end of a name, such as that of a cgroup. */
export function tokenAtEnd(name: string): string | undefined {
  return AT_END.exec(name)?.[1];
}

/** True for a token of this data directory, false for one of another; undefined if the token does not contain it. */
export function isTokenOf(dataDir: string, token: string): boolean | undefined {
  const hash = TOKEN.exec(token)?.groups?.['hash'];
  return hash === undefined ? undefined : hash === hashOf(dataDir);
}

function hashOf(dataDir: string): string {
  return createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, HASH_LENGTH);
}
