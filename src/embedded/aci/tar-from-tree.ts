import { constants, createReadStream, type Stats } from 'node:fs';
import { open, readdir, readlink, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { pack, type Pack } from 'tar-stream';

/** Node.js does not name it: a descriptor that needs no permission on what it refers to. */
const O_PATH = 0o10000000;

/** What a tar is made of: an entry of an open directory, which is called otherwise in the tar. */
export interface TreeSource {
  readonly directory: FileHandle;
  /** A name in the directory, or `.` for the directory itself. */
  readonly name: string;
  readonly as: string;
  /** The entry itself, opened as O_PATH, where it is not the one that the name leads to now. */
  readonly found?: FileHandle;
  /** Called with what is left out: sockets, pipes and devices. */
  readonly warn: (text: string) => void;
}

/**
 * A tar of a file, or of a directory with everything in it, while it is being read. Owners, modes and times are kept.
 *
 * Goes by descriptors and follows no symbolic link, so that a process which changes the tree meanwhile cannot lead out of it. Files of
 * several names become several files.
 */
export function tarFromTree({ directory, name, as, found, warn }: TreeSource): Readable {
  const tar = pack();
  const entry = { parent: directory, name, path: as, warn };
  (found === undefined ? add(tar, entry) : addFound(tar, entry, found)).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error as Error),
  );
  return tar as unknown as Readable;
}

/** The facts of a member that a file has. */
type Facts = Parameters<Pack['entry']>[0] & { readonly size: number };

interface Entry {
  readonly parent: FileHandle;
  readonly name: string;
  readonly path: string;
  readonly warn: (text: string) => void;
}

async function add(tar: Pack, entry: Entry): Promise<void> {
  const found = await open(placeOf(entry), O_PATH | constants.O_NOFOLLOW);
  try {
    await addFound(tar, entry, found);
  } finally {
    await found.close();
  }
}

async function addFound(tar: Pack, entry: Entry, found: FileHandle): Promise<void> {
  const { path, warn } = entry;
  const stat = await found.stat();
  const header = headerOf(path, stat);
  if (stat.isFile()) await addFile(tar, header, found);
  else if (stat.isSymbolicLink())
    await written(tar, { ...header, type: 'symlink', linkname: await readlink(placeOf(entry)) });
  else if (stat.isDirectory()) {
    await written(tar, { ...header, name: `${path}/`, type: 'directory' });
    for (const child of (await readdir(`/proc/self/fd/${found.fd}/.`)).sort())
      await add(tar, { ...entry, parent: found, name: child, path: `${path}/${child}` });
  } else warn(`${path} is left out: it is neither a file, a directory nor a symbolic link`);
}

function placeOf({ parent, name }: Entry): string {
  return `/proc/self/fd/${parent.fd}/${name}`;
}

function headerOf(name: string, { mode, uid, gid, mtime, size }: Stats): Facts {
  return { name, mode: mode & 0o7777, uid, gid, mtime, size };
}

/** So many bytes as there are now: a file that grows meanwhile is cut there. */
async function addFile(tar: Pack, header: Facts, found: FileHandle): Promise<void> {
  if (header.size === 0) return written(tar, { ...header, type: 'file' });
  const file = await open(`/proc/self/fd/${found.fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
  const source = createReadStream('', { fd: file, end: header.size - 1 });
  await pipeline(source, tar.entry({ ...header, type: 'file' }) as unknown as NodeJS.WritableStream);
}

function written(tar: Pack, header: Parameters<Pack['entry']>[0]): Promise<void> {
  const member = header.type === 'file' ? header : { ...header, size: 0 };
  return new Promise((resolve, reject) => {
    tar.entry(member, Buffer.alloc(0), (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}
