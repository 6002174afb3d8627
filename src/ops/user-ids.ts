import { readFile } from 'node:fs/promises';

import { descriptorPath } from '../files/regular-file.ts';
import { openInRoot } from '../files/open-in-root.ts';

/**
 * The number that rkt uses for a user or group of an app: `root`, a number, or a name of /etc/passwd or /etc/group in
 * the app's root. Undefined for an unknown name, and for a path, which means its owner.
 */
export async function numericId(
  root: string,
  name: string,
  kind: 'user' | 'group',
): Promise<number | undefined> {
  if (name === 'root') return 0;
  if (/^\d+$/.test(name)) return Number(name);
  if (name === '' || name.startsWith('/')) return undefined;
  const text = await readInRoot(root, kind === 'user' ? '/etc/passwd' : '/etc/group');
  // The last of several entries is used.
  const entry = text.split('\n').findLast((line) => line.split(':')[0] === name);
  const id = entry?.split(':')[2];
  return id !== undefined && /^\d+$/.test(id) ? Number(id) : undefined;
}

/** Empty where there is no such file. */
async function readInRoot(root: string, path: string): Promise<string> {
  const found = await openInRoot(root, path).catch(() => undefined);
  if (found === undefined) return '';
  try {
    return (await found.stat()).isFile() ? await readFile(descriptorPath(found), 'utf8') : '';
  } finally {
    await found.close();
  }
}
