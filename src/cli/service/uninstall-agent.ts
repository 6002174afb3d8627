import { lstat, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { listIfThere, readIfThere } from '../../files/durable-file.ts';
import { tokenPath } from '../../server/tokens/agent-token.ts';
import { isUnchanged } from './certified-text.ts';
import type { ServiceOutcome } from './install-agent.ts';
import type { ServiceFiles } from './service-files.ts';
import { UNIT_NAME } from './systemd-unit.ts';
import { disableUnit, enableUnit } from './systemctl.ts';
import { UndoableFiles } from './undoable-files.ts';

const WANTS = '/etc/systemd/system/multi-user.target.wants';

/**
 * Disables the unit and removes what {@link installAgent} has written, unless it was changed. The data directory is removed only
 * if it contains nothing but the token: it has the state of tasks, which keep running. A failure leaves everything as it was.
 *
 * @throws RKT_ERR_SERVICE
 */
export async function uninstallAgent(files: ServiceFiles): Promise<readonly ServiceOutcome[]> {
  const changes = new UndoableFiles();
  try {
    const outcomes = [
      ...(await disable(changes, files)),
      ...(await removeFile(changes, files.unit.path)),
      ...(await removeFile(changes, files.config.path)),
      ...(await removeData(changes, files.dataDir)),
    ];
    await changes.done();
    await removeEmptied([`${files.unit.path}.d`, dirname(files.config.path), files.dataDir]);
    return outcomes;
  } catch (error) {
    await changes.undo();
    throw error;
  }
}

/** A unit that stays is not disabled. */
async function disable(
  changes: UndoableFiles,
  { unit, root }: ServiceFiles,
): Promise<readonly ServiceOutcome[]> {
  const present = await readIfThere(unit.path);
  if (present === undefined || !isUnchanged(present)) return [];
  const link = join(root ?? '/', WANTS, UNIT_NAME);
  if ((await lstat(link).catch(() => undefined)) === undefined) return [];
  changes.performed(() => enableUnit(root).catch(() => undefined));
  await disableUnit(root);
  return [{ path: unit.path, action: 'disabled' }];
}

async function removeFile(changes: UndoableFiles, path: string): Promise<readonly ServiceOutcome[]> {
  const present = await readIfThere(path);
  if (present === undefined) return [];
  if (!isUnchanged(present)) return [{ path, action: 'kept', reason: 'it was changed' }];
  await changes.remove(path);
  return [{ path, action: 'removed' }];
}

async function removeData(
  changes: UndoableFiles,
  dataDir: string | undefined,
): Promise<readonly ServiceOutcome[]> {
  if (dataDir === undefined) return [];
  const names = await listIfThere(dataDir);
  if (names.length === 0) return [];
  const path = tokenPath(dataDir);
  const [only, ...others] = names.map((name) => join(dataDir, name));
  if (only !== path || others.length > 0)
    return [{ path: dataDir, action: 'kept', reason: 'it contains the state of tasks' }];
  await changes.remove(path);
  return [{ path, action: 'removed' }];
}

async function removeEmptied(directories: readonly (string | undefined)[]): Promise<void> {
  for (const directory of directories)
    if (directory !== undefined) await rmdir(directory).catch(() => undefined);
}
