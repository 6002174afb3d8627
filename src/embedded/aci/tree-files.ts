import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { RktFailure } from '../context.ts';
import type { RootfsFile } from './pack.ts';

/**
 * Everything below a directory as files of an image; the directory itself is the entry with the empty path.
 *
 * Hard links among the files stay hard links. Sockets are left out.
 */
export function collectTree(rootfsDir: string, keepOwners: boolean): RootfsFile[] {
  const top = lstatSync(rootfsDir, { throwIfNoEntry: false });
  if (top?.isDirectory() !== true) throw new RktFailure(`not a directory: ${rootfsDir}`);
  const firstPaths = new Map<string, string>();
  const found: RootfsFile[] = [];
  const walk = (path: string): void => {
    const source = join(rootfsDir, path);
    const file = describe(source, path, keepOwners, firstPaths);
    if (file === undefined) return;
    found.push(file);
    if (file.type !== 'directory') return;
    for (const name of readdirSync(source).sort()) walk(path === '' ? name : `${path}/${name}`);
  };
  walk('');
  return found;
}

function describe(
  source: string,
  path: string,
  keepOwners: boolean,
  firstPaths: Map<string, string>,
): RootfsFile | undefined {
  const stat = lstatSync(source);
  const owner = keepOwners ? { uid: stat.uid, gid: stat.gid } : {};
  const base = { path, mode: stat.mode & 0o7777, ...owner };
  if (stat.isDirectory()) return { ...base, type: 'directory' };
  if (stat.isSymbolicLink()) return { ...base, mode: 0o777, type: 'symlink', linkname: readlinkSync(source) };
  if (stat.isFIFO()) return { ...base, type: 'fifo' };
  if (stat.isSocket()) return undefined;
  if (stat.isBlockDevice() || stat.isCharacterDevice()) {
    const type = stat.isBlockDevice() ? 'block-device' : 'character-device';
    return { ...base, type, ...deviceNumbers(stat.rdev) };
  }
  const inode = `${stat.dev}:${stat.ino}`;
  const first = firstPaths.get(inode);
  if (stat.nlink > 1 && first !== undefined) return { ...base, type: 'link', linkname: first };
  firstPaths.set(inode, path);
  return { ...base, type: 'file', source };
}

/** Linux packs 12 bits of major and 20 bits of minor into the numbers images use. */
function deviceNumbers(rdev: number): { major: number; minor: number } {
  return { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
}
