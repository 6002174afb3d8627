import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RktContext } from './embedded-context.ts';
import { RktFailure, systemErrorText, wrapFailure } from './embedded-context.ts';
import { deleteTree } from './pods/delete-tree.ts';
import { isWithin } from './pods/mountinfo.ts';

/** What becomes of a directory of the user. */
export interface OutputDir {
  readonly path: string;
  readonly overwrite: boolean;
  /** Fills an empty directory and returns the path that becomes the output: the directory itself, or one in it. */
  readonly fill: (dir: string) => Promise<string>;
}

/**
 * Makes a directory: beside its place first, so that it is complete or absent. What it replaces is deleted when the new one is
 * complete, and never across a mount.
 *
 * @throws RktFailure in rkt's words; then everything is as it was
 */
export async function makeOutputDir(ctx: RktContext, { path, overwrite, fill }: OutputDir): Promise<void> {
  const target = resolve(ctx.cwd, path);
  const exists = checkTarget(ctx, target, overwrite);
  const parent = dirname(target);
  const firstMade = attempt('error creating output directory', 'mkdir', parent, () =>
    mkdirSync(parent, { recursive: true, mode: 0o755 }),
  );
  let isPlaced = false;
  try {
    const work = attempt('error creating output directory', 'mkdir', parent, () =>
      mkdtempSync(join(parent, '.rkt-')),
    );
    try {
      const dir = join(work, 'output');
      mkdirSync(dir, { mode: 0o755 });
      const made = await fill(dir);
      if (exists) removeExisting(target);
      attempt('error creating output directory', 'rename', target, () => place(made, target));
      isPlaced = true;
    } finally {
      deleteTree(work);
    }
  } finally {
    if (!isPlaced && firstMade !== undefined) removeEmpty(parent, firstMade);
  }
}

/** A directory that its owner may not write to cannot be moved to another parent, unless by root. */
function place(made: string, target: string): void {
  const mode = statSync(made).mode & 0o7777;
  chmodSync(made, mode | 0o700);
  renameSync(made, target);
  chmodSync(target, mode);
}

/** True when there is something to be replaced. Nothing that holds the whole system or the data directory is. */
function checkTarget(ctx: RktContext, target: string, overwrite: boolean): boolean {
  const stat = attempt('error creating output directory', 'stat', target, () =>
    lstatSync(target, { throwIfNoEntry: false }),
  );
  if (stat === undefined) return false;
  if (!overwrite) throw new RktFailure('output directory exists (try --overwrite)');
  if (target === '/') throw new RktFailure('this would delete your root filesystem. Refusing.');
  if (stat.isDirectory() && isWithin(realpathSync(ctx.dir), realpathSync(target)))
    throw new RktFailure(`this would delete the data directory ${ctx.dir}. Refusing.`);
  return true;
}

/** Of a symbolic link only the link, not what it leads to. */
function removeExisting(target: string): void {
  try {
    if (lstatSync(target).isDirectory()) deleteTree(target);
    else unlinkSync(target);
  } catch (error) {
    const failure =
      error instanceof RktFailure ? error : new RktFailure(systemErrorText('unlink', target, error));
    throw wrapFailure(failure, 'error removing existing output dir');
  }
}

function removeEmpty(from: string, to: string): void {
  try {
    for (let dir = from; isWithin(dir, to); dir = dirname(dir)) rmdirSync(dir);
  } catch {
    // somebody else has put something into it
  }
}

function attempt<T>(message: string, operation: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new RktFailure(message, [systemErrorText(operation, path, error)]);
  }
}
