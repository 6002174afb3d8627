import { RktFailure, systemErrorText } from './embedded-context.ts';
import { closeDir, entriesOf, entryPath, openDir, type OpenDir } from './open-dir.ts';

const SHOWN_PATH = 300;

/** What is done with the parts of a tree; `path` is for messages. */
export interface TreeVisitor {
  /** A directory that was opened, before its entries. */
  readonly enter?: (dir: OpenDir, path: () => string) => void;
  /** An entry that is no directory. */
  readonly file: (dir: OpenDir, name: string, path: () => string) => void;
  /** A directory of which everything was visited, from its parent. */
  readonly leave?: (parent: OpenDir, name: string, path: () => string) => void;
}

interface Level {
  readonly name: string;
  readonly dev: number;
  readonly ino: number;
  readonly pending: string[];
}

/**
 * Visits everything below a directory, each directory after what is in it.
 *
 * Goes by descriptors, one open at a time and without recursion: neither the length of a path nor the depth of the tree
 * matters. Symbolic links are not followed.
 * @throws RktFailure naming the path of what cannot be opened
 */
export function walkTree(root: string, visitor: TreeVisitor): void {
  const walk = new TreeWalk(root, visitor);
  try {
    while (walk.step()) continue;
  } finally {
    walk.close();
  }
}

class TreeWalk {
  readonly #visitor: TreeVisitor;
  readonly #levels: Level[] = [];
  #current: OpenDir;

  constructor(root: string, visitor: TreeVisitor) {
    this.#visitor = visitor;
    this.#current = attempt(
      'open',
      () => root,
      () => openDir(root),
    );
    this.#begin(root);
  }

  /** Enters the next directory, or leaves one; false when the whole tree is done. */
  step(): boolean {
    const name = this.#levels.at(-1)?.pending.pop();
    if (name !== undefined) {
      this.#move(name, () => this.#pathOf(name));
      this.#begin(name);
      return true;
    }
    const done = this.#levels.pop();
    const parent = this.#levels.at(-1);
    if (done === undefined || parent === undefined) return false;
    const path = (): string => this.#pathOf(done.name);
    this.#move('..', path);
    const { dev, ino } = this.#current.stat;
    if (dev !== parent.dev || ino !== parent.ino)
      throw new RktFailure(`${path()} was moved by another process`);
    this.#visitor.leave?.(this.#current, done.name, path);
    return true;
  }

  close(): void {
    closeDir(this.#current);
  }

  #move(name: string, path: () => string): void {
    const next = attempt('open', path, () => openDir(entryPath(this.#current, name)));
    closeDir(this.#current);
    this.#current = next;
  }

  #begin(name: string): void {
    const { dev, ino } = this.#current.stat;
    this.#visitor.enter?.(this.#current, () => this.#pathOf(name));
    const level = { name, dev, ino, pending: [] as string[] };
    const { dirs, others } = attempt(
      'open',
      () => this.#pathOf(name),
      () => entriesOf(this.#current),
    );
    this.#levels.push(level);
    for (const file of others) this.#visitor.file(this.#current, file, () => this.#pathOf(file));
    for (const dir of dirs) level.pending.push(dir);
  }

  /** Path of an entry of the current directory; the middle of a long one is left out. */
  #pathOf(name: string): string {
    const path = [...this.#levels.map((level) => level.name), name].join('/');
    if (path.length <= SHOWN_PATH) return path;
    return `${path.slice(0, SHOWN_PATH - 50)}…${path.slice(-50)}`;
  }
}

/** Does something with a path, with Go's words when it fails. @throws RktFailure */
export function attempt<T>(operation: string, path: () => string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof RktFailure) throw error;
    throw new RktFailure(systemErrorText(operation, path(), error));
  }
}
