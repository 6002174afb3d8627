import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readdirSync,
  type Stats,
} from 'node:fs';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
/** Node.js does not name it: a descriptor that needs no permission on what it refers to. */
const O_PATH = 0o10000000;

/** A directory held by its descriptor, so that everything in it has a short path however deep it lies. */
export interface OpenDir {
  readonly fd: number;
  readonly stat: Stats;
  /** Of the mount it lies on: a bind mount keeps the device, but never this. */
  readonly mountId: string;
}

/** Opens a directory, which may not be a symbolic link; the caller closes it. Its owner can open it whatever its mode. */
export function openDir(path: string): OpenDir {
  const fd = openReadable(path);
  try {
    const mountId = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
    return { fd, stat: fstatSync(fd), mountId };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openReadable(path: string): number {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  try {
    return openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    makeAccessible(path);
    return openSync(path, flags);
  }
}

/** Gives the owner of a directory all rights on it. */
function makeAccessible(path: string): void {
  const fd = openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  try {
    chmodSync(`/proc/self/fd/${fd}`, 0o700);
  } finally {
    closeSync(fd);
  }
}

export function closeDir(dir: OpenDir): void {
  closeSync(dir.fd);
}

/** Path of an entry, of use as long as the directory is open. */
export function entryPath(dir: OpenDir, name: string): string {
  return `/proc/self/fd/${dir.fd}/${name}`;
}

/** Names in an open directory, the directories among them apart. Its owner can list it whatever its mode. */
export function entriesOf(dir: OpenDir): { readonly dirs: string[]; readonly others: string[] } {
  const needsRights = (dir.stat.mode & 0o700) !== 0o700 && process.getuid?.() === dir.stat.uid;
  if (needsRights) chmodSync(`/proc/self/fd/${dir.fd}`, 0o700);
  const entries = readdirSync(entryPath(dir, '.'), { withFileTypes: true });
  return {
    dirs: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    others: entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name),
  };
}
