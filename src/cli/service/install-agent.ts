import { rm } from 'node:fs/promises';

import { readIfThere } from '../../files/durable-file.ts';
import { RktError } from '../../model/rkt-error.ts';
import { loadAgentToken, tokenPath } from '../../server/tokens/agent-token.ts';
import { isUnchanged } from './certified-text.ts';
import type { ServiceFiles } from './service-files.ts';
import { disableUnit, enableUnit } from './systemctl.ts';
import { UndoableFiles } from './undoable-files.ts';

/** What has happened to a file or to the unit. */
export interface ServiceOutcome {
  readonly path: string;
  readonly action: 'written' | 'replaced' | 'unchanged' | 'kept' | 'removed' | 'enabled' | 'disabled';
  /** Why a file was kept. */
  readonly reason?: string;
}

export interface InstallChoices {
  /** Replaces a unit that was changed. */
  readonly force: boolean;
  /** Enables the unit, and starts it on this machine. */
  readonly enable: boolean;
}

interface WrittenFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

const UNIT_MODE = 0o644;
/** The configuration can contain tokens of receivers. */
const CONFIG_MODE = 0o600;

/**
 * Writes unit, configuration and token. A second installation changes nothing, or replaces an unchanged unit of another version;
 * a configuration and a token that are there are kept. A failure leaves everything as it was.
 *
 * @throws RKT_ERR_SERVICE for a unit that was changed, unless `force` is set, and for a failure of systemctl
 */
export async function installAgent(
  files: ServiceFiles,
  { force, enable }: InstallChoices,
): Promise<readonly ServiceOutcome[]> {
  const changes = new UndoableFiles();
  try {
    const outcomes = [
      await writeUnit(changes, { ...files.unit, mode: UNIT_MODE }, force),
      await writeConfig(changes, { ...files.config, mode: CONFIG_MODE }),
      ...(await writeToken(changes, files.dataDir)),
    ];
    if (enable) {
      changes.performed(() => disableUnit(files.root).catch(() => undefined));
      await enableUnit(files.root);
      outcomes.push({ path: files.unit.path, action: 'enabled' });
    }
    await changes.done();
    return outcomes;
  } catch (error) {
    await changes.undo();
    throw error;
  }
}

async function writeUnit(
  changes: UndoableFiles,
  { path, text, mode }: WrittenFile,
  force: boolean,
): Promise<ServiceOutcome> {
  const present = await readIfThere(path);
  if (present === text) return { path, action: 'unchanged' };
  if (present !== undefined && !isUnchanged(present) && !force)
    throw new RktError(
      'RKT_ERR_SERVICE',
      `${path} was changed, or written by another program. Put changes into ${path}.d/override.conf, and replace the unit with --force`,
    );
  await changes.write(path, text, mode);
  return { path, action: present === undefined ? 'written' : 'replaced' };
}

async function writeConfig(
  changes: UndoableFiles,
  { path, text, mode }: WrittenFile,
): Promise<ServiceOutcome> {
  const present = await readIfThere(path);
  if (present === text) return { path, action: 'unchanged' };
  if (present !== undefined && !isUnchanged(present))
    return { path, action: 'kept', reason: 'it was changed' };
  await changes.write(path, text, mode);
  return { path, action: present === undefined ? 'written' : 'replaced' };
}

async function writeToken(
  changes: UndoableFiles,
  dataDir: string | undefined,
): Promise<readonly ServiceOutcome[]> {
  if (dataDir === undefined) return [];
  const path = tokenPath(dataDir);
  if ((await readIfThere(path)) !== undefined) return [{ path, action: 'unchanged' }];
  await changes.createDirectory(dataDir, 0o700);
  changes.performed(() => rm(path, { force: true }));
  loadAgentToken(path);
  return [{ path, action: 'written' }];
}
