import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import { deleteTree } from './delete-tree.ts';
import { namespaceWords, type Privileges } from './privileges.ts';
import { hostTool } from './shell.ts';

/** Relative, so that no path of the user gets into the option string. */
const OPTIONS = 'lowerdir=lower,upperdir=upper,workdir=work';

/**
 * Whether pods below this directory can use overlayfs, found out by mounting one in a namespace of its own: overlayfs on
 * overlayfs, old kernels and some user namespaces refuse.
 */
export async function canOverlay(ctx: RktContext, privileges: Privileges, parent: string): Promise<boolean> {
  const dir = join(parent, 'overlay-probe');
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(dir, name), { recursive: true });
  const mount = [hostTool(ctx.env, 'mount'), '-t', 'overlay', '-o', OPTIONS, 'overlay', 'merged'];
  const [unshare = '', ...words] = namespaceWords(ctx, privileges);
  const child = spawn(unshare, [...words, ...mount], { cwd: dir, stdio: 'ignore' });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(new RktFailure(`cannot run ${unshare}: ${error.message}`)));
    child.on('close', resolve);
  });
  deleteTree(dir);
  return exitCode === 0;
}
