import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { currentBoot } from '../current-boot.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import { deleteTree } from './delete-tree.ts';
import { namespaceWords, type Privileges } from './privileges.ts';
import { hostTool } from './shell.ts';

/** Relative, so that no path of the user gets into the option string. */
const OPTIONS = 'lowerdir=lower,upperdir=upper,workdir=work';

/**
 * Whether pods below this directory can use overlayfs, found out by mounting one in a namespace of its own: overlayfs on
 * overlayfs, old kernels and some user namespaces refuse. That it worked is kept in the store until the next boot.
 */
export async function canOverlay(ctx: RktContext, privileges: Privileges, parent: string): Promise<boolean> {
  const memo = join(ctx.dir, 'cas/overlay-works');
  const key = conditions(privileges, parent);
  if (contentOf(memo) === key) return true;
  const works = await tryOverlay(ctx, privileges, parent);
  if (works) writeFileSync(memo, key, { mode: 0o640 });
  return works;
}

/** What the answer depends on: the kernel, the file system, the user and what the user may do. */
function conditions(privileges: Privileges, parent: string): string {
  const { dev } = statSync(parent);
  return [currentBoot(), dev, process.getuid?.(), readlinkSync('/proc/self/ns/user'), privileges].join(' ');
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function tryOverlay(ctx: RktContext, privileges: Privileges, parent: string): Promise<boolean> {
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
