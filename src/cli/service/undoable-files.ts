import { chmod, chown, lstat, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Files that are written together: after a failure, {@link UndoableFiles.undo} leaves the machine as it was. */
export class UndoableFiles {
  readonly #undo: (() => Promise<unknown>)[] = [];
  readonly #replaced: string[] = [];

  /** Writes a file, or replaces it by rename, with exactly this mode. Missing directories are created. */
  async write(path: string, text: string, mode: number): Promise<void> {
    await this.createDirectory(dirname(path), 0o755);
    const before = await lstat(path).catch(() => undefined);
    const fresh = beside(path, 'new');
    try {
      await writeFile(fresh, text, { mode, flag: 'wx', flush: true });
      await chmod(fresh, mode);
      if (before !== undefined) {
        await chown(fresh, before.uid, before.gid);
        await this.remove(path);
      } else this.#undo.push(() => rm(path, { force: true }));
      await rename(fresh, path);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  }

  /** Removes a file; it is kept beside its place until {@link done}. */
  async remove(path: string): Promise<void> {
    const old = beside(path, 'old');
    await rename(path, old);
    this.#replaced.push(old);
    this.#undo.push(() => rename(old, path));
  }

  /** Registers the inverse of an action that has been performed. */
  performed(inverse: () => Promise<unknown>): void {
    this.#undo.push(inverse);
  }

  /** Undoes everything, the last action first. */
  async undo(): Promise<void> {
    for (const inverse of this.#undo.splice(0).reverse()) await inverse();
  }

  /** Removes the files that were replaced or removed. */
  async done(): Promise<void> {
    this.#undo.length = 0;
    for (const old of this.#replaced.splice(0)) await rm(old, { force: true });
  }

  /** Creates a directory and those above it. */
  async createDirectory(directory: string, mode: number): Promise<void> {
    const first = await mkdir(directory, { recursive: true, mode });
    if (first === undefined) return;
    // What another program has put there meanwhile stays.
    for (let path = directory; path.length >= first.length; path = dirname(path))
      this.#undo.unshift(() => rmdir(path).catch(() => undefined));
  }
}

function beside(path: string, suffix: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${suffix}`);
}
