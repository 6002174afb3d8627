import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { RktError } from '../../model/rkt-error.ts';
import { UNIT_NAME } from './systemd-unit.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;

/** Calls systemctl, for this machine or for the one below a root. @throws RKT_ERR_SERVICE with what it printed */
async function systemctl(root: string | undefined, ...words: readonly string[]): Promise<void> {
  const argv = [...(root === undefined ? [] : [`--root=${root}`]), ...words];
  try {
    await run('systemctl', argv, { timeout: TIMEOUT_MS });
  } catch (cause) {
    const { stderr = '', code } = cause as { readonly stderr?: string; readonly code?: unknown };
    const why = code === 'ENOENT' ? 'systemctl is not installed' : stderr.trim() || String(code);
    throw new RktError('RKT_ERR_SERVICE', `systemctl ${argv.join(' ')} failed: ${why}`, { cause });
  }
}

/** Enables the unit, and on this machine starts it. @throws RKT_ERR_SERVICE */
export async function enableUnit(root: string | undefined): Promise<void> {
  if (root !== undefined) {
    await systemctl(root, 'enable', UNIT_NAME);
    return;
  }
  await systemctl(root, 'daemon-reload');
  await systemctl(root, 'enable', '--now', UNIT_NAME);
}

/** Disables the unit, and on this machine stops it; its pods keep running. @throws RKT_ERR_SERVICE */
export async function disableUnit(root: string | undefined): Promise<void> {
  await systemctl(root, 'disable', ...(root === undefined ? ['--now'] : []), UNIT_NAME);
}
