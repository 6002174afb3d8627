import { constants } from 'node:fs';
import { link, lchown, lutimes, mkdir, open, symlink, unlink, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import { readTar, type TarMember } from '../../embedded/aci/read.ts';
import { descriptorPath } from '../../files/regular-file.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** How members of a tar are written. */
export interface WriteOptions {
  /** The owner of what is written; absent to keep those of the tar. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly warn: (text: string) => void;
}

interface NewDirectory {
  readonly path: readonly string[];
  readonly member: TarMember;
}

/**
 * Writes the members of a tar into an open directory, over the files that are there.
 *
 * Goes by descriptors, one name at a time, and through no symbolic link: whatever another process does to the tree meanwhile, nothing is
 * written outside of it.
 */
export async function writeTree(tar: Readable, target: FileHandle, options: WriteOptions): Promise<void> {
  const made: NewDirectory[] = [];
  for await (const member of readTar(tar)) {
    const { path } = member;
    const name = path.at(-1);
    if (name === undefined) continue;
    await inDirectory(target, path.slice(0, -1), async (parent) => {
      const place = `${descriptorPath(parent)}/${name}`;
      const isNew = await writeMember(member, { place, target }, options);
      if (isNew && member.type === 'directory') made.push({ path, member });
    });
  }
  // Last, because what is written into a directory changes its time, and may need rights that it will not give.
  for (const { path, member } of made.reverse())
    await inDirectory(target, path, (directory) => finish(directory, member, options));
}

interface Destination {
  readonly place: string;
  readonly target: FileHandle;
}

/** Returns whether something new is there. */
async function writeMember(
  member: TarMember,
  { place, target }: Destination,
  options: WriteOptions,
): Promise<boolean> {
  const { type, linkname } = member;
  if (type === 'directory') return makeDirectory(place);
  if (type === 'file') await writeFile(place, member, options);
  else if (type === 'symlink') {
    await clear(place);
    await symlink(linkname, place);
    await lchown(place, ...ownerOf(member, options));
    await lutimes(place, new Date(), new Date(member.mtimeMs));
  } else if (type === 'link') {
    const source = linkname.split('/').filter((name) => name !== '' && name !== '.');
    await inDirectory(target, source.slice(0, -1), async (directory) => {
      await clear(place);
      await link(`${descriptorPath(directory)}/${source.at(-1) ?? ''}`, place);
    });
  } else options.warn(`${member.path.join('/')} is left out: it is a device or a pipe`);
  return true;
}

async function makeDirectory(place: string): Promise<boolean> {
  try {
    await mkdir(place, 0o700);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await (await openDirectory(place)).close();
    return false;
  }
}

async function writeFile(place: string, member: TarMember, options: WriteOptions): Promise<void> {
  await clear(place);
  const file = await open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for await (const chunk of member.content) await file.writeFile(chunk);
    await finish(file, member, options);
  } catch (error) {
    await unlink(place).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

/** Owner, mode and time; the owner first, because changing it clears the setuid bit. */
async function finish(handle: FileHandle, member: TarMember, options: WriteOptions): Promise<void> {
  await handle.chown(...ownerOf(member, options));
  await handle.chmod(member.mode);
  await handle.utimes(new Date(), new Date(member.mtimeMs));
}

function ownerOf({ uid, gid }: TarMember, { owner = { uid, gid } }: WriteOptions): readonly [number, number] {
  return [owner.uid, owner.gid];
}

/** Removes a file or link. @throws EISDIR for a directory */
async function clear(place: string): Promise<void> {
  await unlink(place).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

/** Opens, or makes, a directory below another one for an action. */
async function inDirectory<T>(
  top: FileHandle,
  path: readonly string[],
  act: (directory: FileHandle) => Promise<T>,
): Promise<T> {
  let current = top;
  try {
    for (const name of path) {
      const place = `${descriptorPath(current)}/${name}`;
      await makeDirectory(place);
      const next = await openDirectory(place);
      if (current !== top) await current.close();
      current = next;
    }
    return await act(current);
  } finally {
    if (current !== top) await current.close();
  }
}

async function openDirectory(place: string): Promise<FileHandle> {
  return open(place, O_DIRECTORY | O_NOFOLLOW);
}
