import { readFile, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { RktRunner } from '../rkt/command-runner.ts';
import { POD_ID } from '../rkt/parse-output.ts';
import type { OpsContext } from './ops-context.ts';
import { podsOfStart, removePodIfThere } from './pods-of-start.ts';
import type { TaskFiles } from './task-files.ts';

/** Pods that are not running yet, by their directories. */
export interface UnfinishedPods {
  /** `rkt list` does not show these, and they do not identify their start. */
  readonly inPreparation: readonly string[];
  /** Undefined when the directory cannot be read. */
  readonly prepared: readonly string[] | undefined;
}

export async function unfinishedPods({ rktDir }: Pick<OpsContext, 'rktDir'>): Promise<UnfinishedPods> {
  const podsIn = (phase: string): Promise<readonly string[] | undefined> =>
    readdir(join(rktDir, 'pods', phase)).catch((error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : undefined,
    );
  return { inPreparation: (await podsIn('prepare')) ?? [], prepared: await podsIn('prepared') };
}

/**
 * Removes what a failed or killed `rkt prepare` has left since `before`: an incomplete pod, or a complete one whose
 * UUID rkt could not print.
 *
 * @throws {@link RktError} when rkt cannot list the pods, or cannot remove one, which is then left
 */
export async function removeUnfinished(
  ctx: OpsContext,
  runner: RktRunner,
  startToken: string,
  before: UnfinishedPods,
): Promise<void> {
  const after = await unfinishedPods(ctx);
  const halves = after.inPreparation.filter((pod) => !before.inPreparation.includes(pod));
  await Promise.all(halves.map((pod) => removeIfAborted(ctx, runner, pod)));
  const { prepared } = before;
  if (prepared !== undefined && after.prepared?.every((pod) => prepared.includes(pod)) === true) return;
  for (const pod of await podsOfStart(runner, startToken)) await removePodIfThere(ctx, runner, pod);
}

/**
 * Removes what a `prepare` of the embedded rkt has left of the pod that it announced, if it did not finish it. It must have
 * ended: it ran in a worker of a driver that is dead, or was waited for.
 *
 * @throws {@link RktError} when rkt cannot remove it
 */
export async function removeAnnounced(
  ctx: Pick<OpsContext, 'rktDir' | 'scheduler'>,
  runner: RktRunner,
  { preparedPod }: Pick<TaskFiles, 'preparedPod'>,
): Promise<void> {
  const podId = (await readFile(preparedPod, 'utf8').catch(() => '')).trim();
  if (!POD_ID.test(podId)) return;
  const { inPreparation } = await unfinishedPods(ctx);
  if (inPreparation.includes(podId)) await removeIfAborted(ctx, runner, podId);
  // Empty until it is locked and moved; rkt does not remove it by name.
  await rmdir(join(ctx.rktDir, 'pods', 'embryo', podId)).catch(() => undefined);
}

/** How long to wait until a killed process has released the lock of its pod. */
const RELEASE_SECONDS = 1;

/**
 * A pod that another process is preparing is locked. Its removal must not even be tried: when `rkt rm` checks it, it
 * may be prepared, and would be removed.
 */
export async function removeIfAborted(
  ctx: Pick<OpsContext, 'rktDir' | 'scheduler'>,
  runner: RktRunner,
  podId: string,
): Promise<void> {
  const directory = join(ctx.rktDir, 'pods', 'prepare', podId);
  // flock(1) creates a missing file, but not its directory: the pod may have been moved by now.
  const ifFree = ['flock', '--shared', '--timeout', String(RELEASE_SECONDS), `${directory}/.`];
  // The lock follows a moved directory, so it counts only while the directory is in its original place.
  const { exitCode } = await (await runner.spawn([...ifFree, 'test', '-d', directory])).exit;
  if (exitCode === 0) await removePodIfThere(ctx, runner, podId);
}
