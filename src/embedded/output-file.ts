import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  constants,
  createWriteStream,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RktFailure, systemErrorText } from './embedded-context.ts';

/** How {@link writeOutputFile} treats a file that is there, and what it says. */
export interface OutputOptions {
  readonly overwrite: boolean;
  /** Message when the file is there and may not be overwritten. */
  readonly exists: string;
  /** Message when the file cannot be opened; the reason follows. */
  readonly unopened: string;
  /** Message when it cannot be written; the reason follows. */
  readonly unwritten: string;
}

/** Not every file system has hard links. */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/**
 * Writes a file of the user: under a temporary name beside it first, so that it is complete or absent.
 *
 * A symbolic link is followed when it is overwritten; a device or pipe (`/dev/stdout`) is written to directly.
 * @throws RktFailure
 */
export async function writeOutputFile(path: string, source: Readable, options: OutputOptions): Promise<void> {
  const existing = lookAt(path, options);
  if (existing !== undefined && !options.overwrite) throw discard(source, new RktFailure(options.exists));
  if (existing !== undefined && !existing.isFile())
    return writeTo({ file: path, shown: path, flags: constants.O_WRONLY }, source, options);
  const target = existing === undefined ? path : realpathSync(path);
  const temporary = join(dirname(target), `.rkt-${randomUUID()}`);
  try {
    await writeTo({ file: temporary, shown: path, flags: NEW_FILE }, source, options);
    if (existing !== undefined) chmodSync(temporary, existing.mode & 0o777);
    if (options.overwrite) renameSync(temporary, target);
    else placeNew(temporary, target, options);
  } catch (error) {
    throw error instanceof RktFailure
      ? error
      : new RktFailure(options.unwritten, [systemErrorText('rename', path, error)]);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function lookAt(path: string, { unopened }: OutputOptions): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new RktFailure(unopened, [systemErrorText('open', path, error)]);
  }
}

/** A link, unlike a rename, never replaces a file that was made meanwhile. */
function placeNew(temporary: string, target: string, options: OutputOptions): void {
  try {
    linkSync(temporary, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new RktFailure(options.exists);
    if (!NO_LINKS.has(code)) throw error;
    renameSync(temporary, target);
  }
}

interface Target {
  readonly file: string;
  /** The path that messages name. */
  readonly shown: string;
  /** Of open(2). */
  readonly flags: number;
}

async function writeTo(
  { file, shown, flags }: Target,
  source: Readable,
  options: OutputOptions,
): Promise<void> {
  let fd: number;
  try {
    fd = openSync(file, flags, 0o644);
  } catch (error) {
    throw discard(source, new RktFailure(options.unopened, [systemErrorText('open', shown, error)]));
  }
  try {
    await pipeline(source, createWriteStream(basename(file), { fd }));
  } catch (error) {
    if (error instanceof RktFailure) throw error;
    throw new RktFailure(options.unwritten, [systemErrorText('write', shown, error)]);
  }
}

function discard(source: Readable, failure: RktFailure): RktFailure {
  source.on('error', () => undefined).destroy();
  return failure;
}
