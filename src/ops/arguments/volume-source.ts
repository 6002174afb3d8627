import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

import { RktError } from '../../model/rkt-error.ts';

/** A path below a directory, and that directory, both absolute and free of symbolic links. */
export interface SourceBelow {
  readonly source: string;
  readonly root: string;
}

/**
 * The path of a volume that is relative to the allocation directory.
 *
 * It need not exist yet; its existing part must not lead out.
 *
 * @throws {@link RktError} RKT_ERR_VOLUME_ESCAPE
 */
export async function resolveBelow(allocDir: string, relative: string): Promise<SourceBelow> {
  const root = await resolveExisting(resolve(allocDir), relative);
  const wanted = resolve(root, relative);
  if (!isBelow(root, wanted)) throw escape(relative, wanted, root);
  const source = await resolveExisting(wanted, relative);
  if (!isBelow(root, source)) throw escape(relative, source, root);
  return { source, root };
}

/** realpath that permits the last components to be missing, but not behind a dangling symbolic link. */
async function resolveExisting(path: string, relative: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new RktError('RKT_ERR_VOLUME_ESCAPE', `the volume "${relative}" cannot be followed`, {
        cause: error,
      });
    }
    if (await exists(path)) {
      throw new RktError(
        'RKT_ERR_VOLUME_ESCAPE',
        `the volume "${relative}" leads through the dangling link ${path}`,
      );
    }
    return join(await resolveExisting(dirname(path), relative), basename(path));
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function escape(relative: string, path: string, root: string): RktError {
  return new RktError('RKT_ERR_VOLUME_ESCAPE', `the volume "${relative}" is ${path}, outside of ${root}`);
}
