import { existsSync, renameSync } from 'node:fs';

import { RktFailure, printMessage, type RktContext } from '../embedded-context.ts';
import { deleteTree, unmountBelow } from './delete-tree.ts';
import { detachPod } from '../net/detach-pod.ts';
import { liveInit } from './live-init.ts';
import { stage1OfPod } from '../stage1/known-stage1.ts';
import { holdLock } from './locks.ts';
import { podPath, type Phase, type PodEntry } from './phases.ts';

/** Result of handling a pod under its lock: the result of the action, or that another process has the pod. */
export type Locked<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy' };

/** Runs an action on a pod that no other process has locked. The pod must still be in its phase. */
export async function withPodLock<T>(pod: PodEntry, action: () => T | Promise<T>): Promise<Locked<T>> {
  const lock = await holdLock(pod.dir, { wait: false });
  if (lock === undefined) return { kind: 'busy' };
  try {
    // A pod whose runtime was killed has no lock, but may run.
    if (liveInit(pod.dir) !== undefined) return { kind: 'busy' };
    return existsSync(pod.dir) ? { kind: 'done', value: await action() } : { kind: 'busy' };
  } finally {
    await lock.release();
  }
}

/** Moves a pod to another phase; to be called under its lock. */
export function movePod(ctx: RktContext, pod: PodEntry, phase: Phase): PodEntry {
  const dir = podPath(ctx, phase, pod.uuid);
  renameSync(pod.dir, dir);
  return { uuid: pod.uuid, phase, dir };
}

/** Where a pod of this phase goes before it is deleted, and what rkt says then. */
const GARBAGE: Readonly<Partial<Record<Phase, { readonly phase: Phase; readonly text: string }>>> = {
  embryo: { phase: 'garbage', text: 'moving abandoned embryo' },
  prepare: { phase: 'garbage', text: 'moving failed prepare' },
  prepared: { phase: 'garbage', text: 'moving expired prepared pod' },
  run: { phase: 'exited-garbage', text: 'moving pod' },
};

/** Moves a pod that has ended to where it can be deleted; one that is there already stays. Under its lock. */
export function markPod(ctx: RktContext, pod: PodEntry, quiet = false): PodEntry {
  const garbage = GARBAGE[pod.phase];
  if (garbage === undefined) return pod;
  if (!quiet) printMessage(ctx, `${garbage.text} ${JSON.stringify(pod.uuid)} to garbage`);
  return movePod(ctx, pod, garbage.phase);
}

/**
 * Detaches a marked pod from its networks, unmounts and deletes it; to be called under its lock. A plugin that fails is
 * reported and keeps no pod: one that is not installed any more would keep it for ever.
 *
 * @throws RktFailure naming what stands in the way
 */
export async function sweepPod(ctx: RktContext, pod: PodEntry): Promise<void> {
  await detachPod(ctx, pod);
  stage1OfPod(pod).teardown(ctx, pod);
  try {
    unmountBelow(pod.dir);
    deleteTree(pod.dir);
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    throw new RktFailure(`unable to remove pod ${JSON.stringify(pod.uuid)}`, [
      error.message,
      ...error.causes,
    ]);
  }
}
