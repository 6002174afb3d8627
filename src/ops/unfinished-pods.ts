import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { RktRunner } from '../rkt/command-runner.ts';
import type { OpsContext } from './ops-context.ts';
import { podsOfStart, removePodIfThere } from './pods-of-start.ts';

/** Pods that do not run yet, by their directories. */
export interface UnfinishedPods {
  /** `rkt list` does not show these, and nothing in them tells whose they are. */
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
 * Removes what a `rkt prepare` that failed or was killed has left since `before`: the half pod, or a whole one whose UUID
 * rkt could not print any more.
 *
 * @throws {@link RktError} when rkt cannot be asked for the pods, or cannot remove one: it is left then
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

/** How long a killed process may take to let go of the lock of its pod. */
const RELEASE_SECONDS = 1;

/**
 * A pod that somebody else is preparing is locked. It must not even be tried: by the time `rkt rm` looks at it, it may be
 * prepared, and would be removed.
 */
export async function removeIfAborted(
  ctx: Pick<OpsContext, 'rktDir' | 'scheduler'>,
  runner: RktRunner,
  podId: string,
): Promise<void> {
  const directory = join(ctx.rktDir, 'pods', 'prepare', podId);
  // flock(1) makes a file where nothing is, but not below that: the pod may have moved on by now.
  const ifFree = ['flock', '--shared', '--timeout', String(RELEASE_SECONDS), `${directory}/.`];
  // The lock follows the directory when it moves on, so that it counts only as long as that is where it was.
  const { exitCode } = await (await runner.spawn([...ifFree, 'test', '-d', directory])).exit;
  if (exitCode === 0) await removePodIfThere(ctx, runner, podId);
}
