import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { EntryMeter, shortened } from './meter.ts';
import { DEFAULT_LIMITS } from './image-limits.ts';
import type { RootfsFile } from './rootfs-file.ts';

/**
 * Everything below a directory as files of an image; the directory itself is the entry with the empty path.
 *
 * Hard links among the files stay hard links. Sockets are left out.
 * @throws RktFailure for more files, or deeper directories, than an image may have
 */
export function collectTree(
  rootfsDir: string,
  keepOwners: boolean,
  meter = new EntryMeter(DEFAULT_LIMITS),
): RootfsFile[] {
  const top = lstatSync(rootfsDir, { throwIfNoEntry: false });
  if (top?.isDirectory() !== true) throw new RktFailure(`not a directory: ${rootfsDir}`);
  const firstPaths = new Map<string, string>();
  const found: RootfsFile[] = [];
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const file = described(rootfsDir, path, keepOwners, firstPaths);
    if (file === undefined) continue;
    meter.count(path, path.split('/'));
    found.push(file);
    if (file.type !== 'directory') continue;
    const names = readdirSync(join(rootfsDir, path)).sort().reverse();
    for (const name of names) pending.push(path === '' ? name : `${path}/${name}`);
  }
  return found;
}

/** @throws RktFailure naming what cannot be read */
function described(
  rootfsDir: string,
  path: string,
  keepOwners: boolean,
  firstPaths: Map<string, string>,
): RootfsFile | undefined {
  try {
    return describe(join(rootfsDir, path), path, keepOwners, firstPaths);
  } catch (error) {
    throw new RktFailure(systemErrorText('lstat', shortened(join(rootfsDir, path)), error));
  }
}

function describe(
  source: string,
  path: string,
  keepOwners: boolean,
  firstPaths: Map<string, string>,
): RootfsFile | undefined {
  const stat = lstatSync(source);
  const owner = keepOwners ? { uid: stat.uid, gid: stat.gid, mtimeMs: stat.mtimeMs } : {};
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
