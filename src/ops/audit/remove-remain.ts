import { access, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { RktError, isRktError } from '../../model/rkt-error.ts';
import { removePod } from '../../rkt/rkt-rm.ts';
import { stopPod } from '../../rkt/rkt-stop.ts';
import { mountsBelow } from '../../sources/mounts.ts';
import type { OpsContext } from '../ops-context.ts';
import { killTree } from '../kill-tree.ts';
import { removePodIfThere } from '../pods-of-start.ts';
import { tasksDirectory } from '../task-files.ts';
import { waitUntil } from '../wait-until.ts';
import { mountsOfPod } from './mounts-of-pod.ts';
import type { Remain } from './remains.ts';

/** False for what disappeared by itself, or together with something else. */
export async function isThere(ctx: OpsContext, { kind, what, startToken }: Remain): Promise<boolean> {
  switch (kind) {
    case 'shim':
      return isShim(ctx, what, startToken);
    case 'cgroup':
      return ctx.cgroups.list().some(({ paths }) => paths.includes(what));
    case 'pod':
      return hasPodDirectory(ctx, what);
    case 'mount':
    case 'network-namespace':
      return mountsBelow(what).some(({ mountPoint }) => mountPoint === what);
    default:
      return exists(what);
  }
}

/** Removes one leftover, which was identified before. @throws {@link RktError} when it could not be removed */
export async function removeRemain(ctx: OpsContext, remain: Remain): Promise<void> {
  if (!(await isThere(ctx, remain))) return;
  switch (remain.kind) {
    case 'shim':
      return killShim(ctx, remain);
    case 'cgroup': {
      const cgroup = ctx.cgroups.open(remain.paths ?? []);
      await cgroup.kill();
      return cgroup.remove();
    }
    case 'pod':
      return removeOrphanPod(ctx, remain);
    case 'mount':
    case 'network-namespace':
      return unmount(ctx, remain.what);
    case 'task-directory':
      return removeDirectory(remain.what);
    default:
      return rm(remain.what, { force: true });
  }
}

async function isShim({ dataDir }: OpsContext, pid: string, startToken: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(join(tasksDirectory(dataDir), startToken));
}

async function killShim(ctx: OpsContext, { what: pid, startToken }: Remain): Promise<void> {
  await killTree(Number(pid));
  const gone = await waitUntil(async () => ((await isShim(ctx, pid, startToken)) ? undefined : true), {
    everyMs: 5,
    deadlineMs: ctx.timeouts.killMs,
    scheduler: ctx.scheduler,
  });
  if (gone === undefined) throw new RktError('RKT_ERR_STOP', `The shim ${pid} did not end`);
}

/** A running pod is stopped, and remaining mounts are unmounted first. */
async function removeOrphanPod(ctx: OpsContext, pod: Remain): Promise<void> {
  const runner = await ctx.runner();
  try {
    await removePod(runner, pod.what);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_POD_NOT_FOUND')) return;
    await stopPod(runner, pod.what, { force: true }).catch((failure: unknown) =>
      ctx.logger.debug(
        { error: failure, podId: pod.what },
        'A pod that is to be removed could not be stopped',
      ),
    );
    for (const { what } of mountsOfPod(ctx, pod)) await unmount(ctx, what);
    await removePodIfThere(ctx, runner, pod.what);
  }
}

async function unmount(ctx: OpsContext, mountPoint: string): Promise<void> {
  const child = await (await ctx.runner()).spawn(['umount', mountPoint]);
  const { exitCode } = await child.exit;
  if (exitCode !== 0) throw new RktError('RKT_ERR_DATA_DIR', `Could not unmount ${mountPoint}`);
}

/** This program mounts nothing there: an existing mount belongs to another program, and stays. */
async function removeDirectory(directory: string): Promise<void> {
  const [mount] = mountsBelow(directory);
  if (mount !== undefined)
    throw new RktError(
      'RKT_ERR_DATA_DIR',
      `Did not remove ${directory}: ${mount.mountPoint} is mounted in it`,
    );
  await rm(directory, { recursive: true, force: true });
}

async function hasPodDirectory({ rktDir }: OpsContext, podId: string): Promise<boolean> {
  const phases = await readdir(join(rktDir, 'pods')).catch(() => undefined);
  if (phases === undefined) return true;
  const found = await Promise.all(phases.map((phase) => exists(join(rktDir, 'pods', phase, podId))));
  return found.includes(true);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
