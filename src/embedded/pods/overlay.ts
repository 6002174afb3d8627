import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { RktContext } from '../embedded-context.ts';
import { deleteTree } from './delete-tree.ts';
import { namespaceWords, type Privileges } from './privileges.ts';
import { commandLine, startShell } from './shell.ts';

/** What a trial mount says: overlayfs on overlayfs, old kernels and some user namespaces refuse. */
const PROBE = 'cd -- "$1" && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged';

/** Whether pods below this directory can use overlayfs, found out by mounting one in a namespace of its own. */
export async function canOverlay(ctx: RktContext, privileges: Privileges, parent: string): Promise<boolean> {
  const dir = join(parent, 'overlay-probe');
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(dir, name), { recursive: true });
  const script = `${commandLine(...namespaceWords(ctx, privileges), '/bin/sh', '-c', PROBE, 'sh')} "$1"`;
  const { exitCode } = await startShell(script, [dir]);
  deleteTree(dir);
  return exitCode === 0;
}
