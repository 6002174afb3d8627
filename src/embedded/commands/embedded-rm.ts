import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, type RktContext } from '../embedded-context.ts';
import { markPod, sweepPod, withPodLock } from '../pods/collect.ts';
import { findPod, locatePod, type PodEntry } from '../pods/phases.ts';
import { podStatus, type PodStatus } from '../pods/pod-info.ts';
import { requireNamespaces } from '../pods/privileges.ts';
import { someUuids, uuidFileFlag } from '../pods/uuid-args.ts';

export const command: Command = {
  name: 'rm',
  summary: 'Remove all files and resources associated with an exited pod',
  usage: 'rm --uuid-file=FILE | UUID ...',
  description: 'Unlike gc, rm allows users to remove specific pods.',
  flags: [uuidFileFlag],
  run: async (ctx, flags, args) => {
    requireNamespaces(ctx);
    const failures: RktFailure[] = [];
    const report = (error: unknown) => {
      if (!(error instanceof RktFailure) || error.name === 'UsageFailure') throw error;
      printMessage(ctx, error.describe(ctx.debug));
      failures.push(error);
    };
    let uuids: readonly string[] = [];
    try {
      uuids = someUuids(flags, args);
    } catch (error) {
      report(error);
    }
    for (const uuid of uuids) await removeOne(ctx, uuid).catch(report);
    if (failures.length > 0) throw new RktFailure('', ['failed to remove one or more pods']);
    return 0;
  },
};

async function removeOne(ctx: RktContext, prefix: string): Promise<void> {
  const found = findPod(ctx, prefix, 'cannot get pod');
  if (!(await isSwept(ctx, found))) {
    // Why: reading who holds which lock takes longer than to try this one. A pod that has moved meanwhile is tried where it is now.
    const pod = podStatus(ctx, found);
    if (pod.phase === found.phase || !(await isSwept(ctx, pod))) throw inUse(ctx, pod);
  }
  ctx.stdout(`${JSON.stringify(found.uuid)}\n`);
}

/** False for a pod that another process has. */
async function isSwept(ctx: RktContext, pod: PodEntry): Promise<boolean> {
  const result = await withPodLock(pod, () => sweepPod(ctx, markPod(ctx, pod, pod.phase === 'run')));
  return result.kind === 'done';
}

function inUse(ctx: RktContext, { uuid, state }: PodStatus): RktFailure {
  const name = JSON.stringify(uuid);
  if (state === 'preparing') return new RktFailure(`pod ${name} is currently being prepared`);
  const isRunning = state === 'running' || locatePod(ctx, uuid)?.phase === 'run';
  return new RktFailure(isRunning ? `pod ${name} is currently running` : `pod ${name} is being deleted`);
}
