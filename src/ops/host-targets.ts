import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import { resolveInApp, type AppPath, type PlacedOnHost } from './app-view.ts';
import type { Volume } from './arguments/volume-arguments.ts';
import type { OpsContext } from './ops-context.ts';
import { isLikeFly, readPreparedApp, type PreparedApp } from '../rkt/disk/prepared-app.ts';

/** Directories of the host that are visible to every app of fly and of the embedded rkt. */
const HOST_DIRS = ['/dev', '/proc', '/sys'];

/**
 * Refuses volumes with a target that rkt would have to create in a directory of the host, where it would remain.
 *
 * This is known when the pod is prepared, from its stage1: the systemd flavors and kvm have separate directories.
 *
 * @throws {@link RktError} RKT_ERR_VOLUME
 */
export async function checkHostTargets(
  ctx: Pick<OpsContext, 'rktDir'>,
  podId: string,
  volumes: readonly Volume[],
): Promise<void> {
  if (!isLikeFly(ctx.rktDir, podId)) return;
  const prepared = readPreparedApp(ctx, podId);
  const mounts: PlacedOnHost[] = [{ at: '/', host: prepared?.imageRoot ?? '/nonexistent' }];
  for (const host of HOST_DIRS) mounts.push({ at: (await resolveInApp(mounts, host)).path, host });
  for (const { source, target } of [...volumes, ...ofImage(prepared)]) {
    const found = await resolveInApp(mounts, target).catch((error: unknown) => {
      throw refusal(source, target, reasonOf(error));
    });
    if (!found.isThere) checkMissing(source, target, found);
    // An image's own directory is one of the pod.
    if (source !== undefined) mounts.push({ at: found.path, host: source });
  }
}

/** A mount point of the image that needs no volume of the task, as those of docker images are. */
function ofImage(prepared: PreparedApp | undefined): readonly { source: undefined; target: string }[] {
  return (prepared?.mountPoints ?? []).map(({ path }) => ({ source: undefined, target: path }));
}

function checkMissing(source: string | undefined, target: string, { path, mount }: AppPath): void {
  const isHosts = HOST_DIRS.some((dir) => mount.host === dir || mount.host.startsWith(`${dir}/`));
  if (!isHosts) return;
  const place = path === target ? '' : `, where ${target} leads to,`;
  const why = `${mount.host} is the host's own in such a pod, and ${path}${place} does not exist there`;
  throw refusal(source, target, why);
}

function refusal(source: string | undefined, target: string, why: string): RktError {
  const what = source === undefined ? 'the mount point of the image' : source;
  return new RktError('RKT_ERR_VOLUME', `${what} cannot be mounted at ${target}: ${why}`);
}
