import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Not among Node's constants; the same number on every Linux that Node supports. Opens anything, even a socket. */
export const O_PATH = 0o10000000;

/**
 * Opens a regular file that others could replace. A symbolic link is not followed. Anything else, such as a named
 * pipe, is not even opened, because that would wake the process at its other end.
 *
 * @throws the system's error when there is no such file, and {@link NotRegularError} for anything but a regular file
 */
export async function openRegular(path: string, flags: number = constants.O_RDONLY): Promise<FileHandle> {
  const found = await open(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const stat = await found.stat();
    if (!stat.isFile()) throw new NotRegularError(path, stat);
    // The link in /proc refers to the file that was checked, even if its name has been reused since.
    return await open(descriptorPath(found), flags).catch((error: unknown) => {
      throw renamed(error, path);
    });
  } finally {
    await found.close();
  }
}

export class NotRegularError extends Error {
  readonly isPipe: boolean;

  constructor(path: string, found: Pick<Stats, 'isFIFO' | 'isSymbolicLink'>) {
    super(`${path} is ${found.isSymbolicLink() ? 'a symbolic link' : 'no file'}`);
    this.isPipe = found.isFIFO();
    this.name = 'NotRegularError';
  }
}

/** A path that refers to the file of a descriptor of this process. */
export function descriptorPath({ fd }: Pick<FileHandle, 'fd'>): string {
  return `/proc/self/fd/${fd}`;
}

/** The same system error with the original path. */
export function renamed(error: unknown, path: string): Error {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  const words = message.replaceAll(/\/proc\/self\/fd\/\d+(?:\/[^']*)?/g, path);
  return Object.assign(new Error(words, { cause: error }), { code, syscall, path });
}
