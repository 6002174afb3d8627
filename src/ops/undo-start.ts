import type { StoredTask } from '../registry/stored-task.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './context.ts';
import { removeTaskFiles } from './data-directory.ts';
import { endLaunch } from './end-launch.ts';
import { podsOfStart, preparationEnded, removePodIfThere } from './prepare-pod.ts';
import { taskFiles } from './task-files.ts';

/** True for a start that nobody will finish: its driver has died, or has given up without being able to undo it. */
export async function isDeadStart({ handle, owner, abandoned }: StoredTask): Promise<boolean> {
  return handle === undefined && (abandoned === true || !(await isAlive(owner)));
}

/** Takes away all that is left of a start, wherever it ended. */
export async function undoStart(ctx: OpsContext, entry: StoredTask): Promise<void> {
  const files = taskFiles(ctx.dataDir, entry.startToken);
  const cgroup = ctx.cgroups.open(entry.cgroupPaths);
  const runner = await ctx.runner();
  await preparationEnded(ctx, runner, files, entry.startToken);
  await endLaunch(ctx, files, cgroup);
  const pods = entry.podId === undefined ? await podsOfStart(runner, entry.startToken) : [entry.podId];
  for (const pod of pods) await removePodIfThere(ctx, runner, pod);
  await cgroup.remove();
  await removeTaskFiles(files);
  await ctx.store.remove(entry.id);
  ctx.logger.info({ taskId: entry.id, pods }, 'Undid a start that was not finished');
}
