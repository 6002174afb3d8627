import type { StoredTask } from '../registry/stored-task.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { removeTaskFiles } from './data-directory.ts';
import { endLaunch } from './end-launch.ts';
import { podsOfStart, removePodIfThere } from './pods-of-start.ts';
import { endPreparation } from './prepare-pod.ts';
import { createSharedWork } from './shared-work.ts';
import { taskFiles } from './task-files.ts';
import { removeAnnounced } from './unfinished-pods.ts';

/** True for a start that no driver will finish: its driver has died, or has failed to roll it back. */
export async function isDeadStart({ handle, owner, abandoned }: StoredTask): Promise<boolean> {
  return handle === undefined && (abandoned === true || !(await isAlive(owner)));
}

const shared = createSharedWork<boolean>();

/**
 * Removes everything that is left of a dead start, wherever it ended. Of several drivers that try, one succeeds: it
 * becomes the owner of the start, so that the others no longer consider it dead.
 *
 * @returns false when the start is no longer dead: another driver is rolling it back, or has done so
 */
export function undoStart(ctx: OpsContext, dead: StoredTask): Promise<boolean> {
  return shared(ctx, dead.startToken, async () => {
    const entry = await ctx.store.revise(dead, async (now) => {
      if (!(await isDeadStart(now))) return undefined;
      return { ...now, owner: ctx.owner, abandoned: undefined };
    });
    if (entry === undefined) return false;
    try {
      await removeRemains(ctx, entry);
    } catch (error) {
      await ctx.store
        .saveIfPresent({ ...entry, abandoned: true })
        .catch((failure: unknown) =>
          ctx.logger.error({ error: failure }, 'Could not record a failed rollback'),
        );
      throw error;
    }
    await ctx.store.remove(entry);
    return true;
  });
}

async function removeRemains(ctx: OpsContext, entry: StoredTask): Promise<void> {
  const files = taskFiles(ctx.dataDir, entry.startToken);
  const cgroup = ctx.cgroups.open(entry.cgroupPaths);
  const runner = await ctx.runner();
  await endPreparation(ctx, runner, files);
  await endLaunch(ctx, files, cgroup);
  if (entry.podId === undefined) await removeAnnounced(ctx, runner, files);
  const pods = entry.podId === undefined ? await podsOfStart(runner, entry.startToken) : [entry.podId];
  for (const pod of pods) await removePodIfThere(ctx, runner, pod);
  await cgroup.remove();
  await removeTaskFiles(files);
  ctx.logger.info({ taskId: entry.id, pods }, 'Rolled back an unfinished start');
}
