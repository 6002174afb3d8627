import { closeSync, lstatSync, readFileSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { join, posix } from 'node:path';

import { isWithin } from './mountinfo.ts';
import { openBelow } from './open-below.ts';

/** A mount of the app's view that is made, or will be made, of a directory or file of the host. */
export interface ViewMount {
  /** Where the app sees it: absolute, free of symlinks. */
  readonly path: string;
  /** What the app sees there; undefined for a fresh, empty tmpfs. */
  readonly host: string | undefined;
  /** `image` and `own` belong to the pod alone, `host` is the host's own tree, and a `volume` others may write to. */
  readonly kind: 'image' | 'own' | 'host' | 'volume';
}

/** Where a path of the app leads to. */
export interface Resolved {
  /** The path without symlinks, as far as it exists; the rest as given. */
  readonly path: string;
  /** Its place on the host; undefined inside a fresh tmpfs. */
  readonly host: string | undefined;
  /** Undefined when it does not exist. */
  readonly stat: Stats | undefined;
}

const MAX_SYMLINKS = 40;

/**
 * The file tree an app will see, computed from the outside before anything is mounted.
 *
 * Symlinks are followed inside the app's root only, so no path of an image leads out of it.
 */
export class RootfsView {
  /** Directory of the host that is the app's root. */
  readonly rootHost: string;
  readonly #mounts: ViewMount[];

  constructor(rootHost: string) {
    this.rootHost = rootHost;
    this.#mounts = [{ path: '/', host: rootHost, kind: 'image' }];
  }

  /** Adds a mount on top of what is there. */
  mount(mount: ViewMount): void {
    this.#mounts.push(mount);
  }

  /** Follows a path component by component. `undefined` for too many symlinks or a way through a file. */
  resolve(path: string): Resolved | undefined {
    const todo = path.split('/').filter((name) => name !== '' && name !== '.');
    let links = 0;
    let here = this.#look('/');
    while (todo.length > 0) {
      const name = todo.shift() ?? '';
      const next = name === '..' ? this.#look(join(here.path, '..')) : this.#look(join(here.path, name));
      if (here.stat !== undefined && !here.stat.isDirectory()) return undefined;
      if (next.stat?.isSymbolicLink() !== true || next.host === undefined) {
        here = next;
        continue;
      }
      links += 1;
      if (links > MAX_SYMLINKS) return undefined;
      const target = readlinkSync(next.host);
      todo.unshift(...target.split('/').filter((part) => part !== '' && part !== '.'));
      if (target.startsWith('/')) here = this.#look('/');
    }
    return here;
  }

  /** The deepest directory on the way to a path free of symlinks; `''` for the root. */
  deepest(path: string): string {
    if (path === '' || this.#look(path).stat !== undefined) return path;
    return this.deepest(posix.dirname(path).replace(/^\/$/, ''));
  }

  /** What a path free of symlinks lies on. */
  kindOf(path: string): ViewMount['kind'] {
    return this.#mountOf(path).kind;
  }

  /** The directory of the host that a path free of symlinks lies in, where it does in one of those that every app sees. */
  hostDirOf(path: string): string | undefined {
    const mount = this.#mountOf(path);
    return mount.kind === 'host' ? mount.path : undefined;
  }

  /** What is in a directory under a name: a symlink is not followed. Undefined where there is nothing. */
  entry(directory: string, name: string): Stats | undefined {
    const parent = this.resolve(directory);
    return parent === undefined ? undefined : this.#look(join(parent.path, name)).stat;
  }

  /** Text of a small file, or undefined. */
  read(path: string): string | undefined {
    const found = this.resolve(path);
    if (found?.host === undefined || found.stat?.isFile() !== true) return undefined;
    return this.#withFile(found.path, (fd) => readFileSync(fd, 'utf8'));
  }

  /** The first bytes of a file. */
  head(found: Resolved, bytes: number): Buffer {
    if (found.host === undefined) return Buffer.alloc(0);
    const head = this.#withFile(found.path, (fd) => {
      const buffer = Buffer.alloc(bytes);
      return buffer.subarray(0, readSync(fd, buffer, 0, bytes, 0));
    });
    return head ?? Buffer.alloc(0);
  }

  /** One path without following a symlink at its end. */
  #look(path: string): Resolved {
    const mount = this.#mountOf(path);
    if (mount.host === undefined)
      return { path, host: undefined, stat: path === mount.path ? emptyTmpfs() : undefined };
    // A mounted thing itself may be a symlink on the host: the mount follows it.
    const host =
      path === mount.path
        ? mount.host
        : join(mount.host, path.slice(mount.path === '/' ? 1 : mount.path.length + 1));
    return { path, host, stat: lstatOrNone(host) };
  }

  /** Reads the file at a path free of symlinks; undefined when one has taken the place of a part of it since. */
  #withFile<T>(path: string, read: (fd: number) => T): T | undefined {
    const mount = this.#mountOf(path);
    if (mount.host === undefined) return undefined;
    const fd = openBelow(mount.host, path.slice(mount.path.length));
    if (fd === undefined) return undefined;
    try {
      return read(fd);
    } finally {
      closeSync(fd);
    }
  }

  #mountOf(path: string): ViewMount {
    const mount = this.#mounts.findLast((candidate) => isWithin(path === '' ? '/' : path, candidate.path));
    return mount ?? { path: '/', host: this.rootHost, kind: 'image' };
  }
}

function emptyTmpfs(): Stats | undefined {
  return lstatOrNone('/');
}

function lstatOrNone(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
