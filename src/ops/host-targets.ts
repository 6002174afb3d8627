import { readFile, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import type { Volume } from './arguments/volume-arguments.ts';
import type { OpsContext } from './ops-context.ts';

/** Directories of the host that every app of fly and of the embedded rkt sees. */
const HOST_DIRS = ['/dev', '/proc', '/sys'];

/**
 * Refuses volumes with a target that rkt would have to make in a directory of the host: it would stay there.
 *
 * That is known when the pod is prepared, by its stage1: the systemd flavors and kvm have directories of their own.
 *
 * @throws {@link RktError} RKT_ERR_VOLUME
 */
export async function checkHostTargets(
  { rktDir }: Pick<OpsContext, 'rktDir'>,
  podId: string,
  volumes: readonly Volume[],
): Promise<void> {
  const below = volumes.filter(({ target }) => hostDirOf(target) !== undefined);
  if (below.length === 0 || !(await isLikeFly(rktDir, podId))) return;
  for (const { source, target } of below) {
    const isThere = await stat(target).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    const why = `${hostDirOf(target) ?? ''} is the host's own in such a pod, and ${target} does not exist there`;
    throw new RktError('RKT_ERR_VOLUME', `${source} cannot be mounted at ${target}: ${why}`);
  }
}

function hostDirOf(target: string): string | undefined {
  const path = normalize(target);
  return HOST_DIRS.find((dir) => path.startsWith(`${dir}/`));
}

/** True for a prepared pod of fly or of the embedded rkt, whose app is only chrooted. */
export async function isLikeFly(rktDir: string, podId: string): Promise<boolean> {
  const manifest = join(rktDir, 'pods', 'prepared', podId, 'stage1', 'manifest');
  const text = await readFile(manifest, 'utf8').catch(() => '');
  return /"name":\s*"[^"]*stage1-(?:fly|embedded)[^"]*"/.test(text);
}
