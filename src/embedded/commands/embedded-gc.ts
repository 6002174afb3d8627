import { statSync } from 'node:fs';

import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, type RktContext } from '../embedded-context.ts';
import { markPod, sweepPod, withPodLock } from '../pods/collect.ts';
import { ensurePhases, podsOf, type Phase, type PodEntry } from '../pods/phases.ts';
import { requireNamespaces } from '../pods/privileges.ts';

export const command: Command = {
  name: 'gc',
  summary: 'Garbage collect rkt pods no longer in use',
  usage: 'gc [--grace-period=duration] [--expire-prepared=duration]',
  description: [
    'This is intended to be run periodically from a timer or cron job.',
    '',
    'Garbage collection is a 2-step process. First, stopped pods are moved to the',
    'garbage by one invocation of the gc command. A subsequent invocation will clean',
    'up the pod, assuming the pod has been in the garbage for more time than the',
    'specified grace period.',
    '',
    'Use --grace-period=0s to effectively disable the grace-period.',
  ].join('\n'),
  flags: [
    {
      name: 'expire-prepared',
      kind: 'duration',
      default: '24h0m0s',
      help: 'duration to wait before expiring prepared pods',
    },
    {
      name: 'grace-period',
      kind: 'duration',
      default: '30m0s',
      help: 'duration to wait before discarding inactive pods from garbage',
    },
    {
      name: 'mark-only',
      kind: 'bool',
      help: 'if set to true, then the exited/aborted pods will be moved to the garbage directories without actually deleting them, this is useful for marking the exit time of a pod',
    },
  ],
  run: async (ctx, flags) => {
    requireNamespaces(ctx);
    try {
      ensurePhases(ctx);
    } catch (error) {
      throw error instanceof RktFailure
        ? new RktFailure('failed to rename exited pods', [error.message])
        : error;
    }
    const expireMs = flags.durationMs('expire-prepared');
    await markAll(ctx, 'run', () => true);
    await markAll(ctx, 'prepared', (pod) => changedBeforeMs(pod) >= expireMs);
    await markAll(ctx, 'prepare', () => true);
    // A `prepare` that was killed at once. By age as well: one that runs makes the directory a moment before it has the lock.
    await markAll(ctx, 'embryo', (pod) => changedBeforeMs(pod) >= expireMs);
    if (flags.bool('mark-only')) return 0;
    const graceMs = flags.durationMs('grace-period');
    const kept = await sweepAll(ctx, 'exited-garbage', graceMs);
    const keptGarbage = await sweepAll(ctx, 'garbage', 0);
    if (kept + keptGarbage > 0) throw new RktFailure('', ['failed to remove one or more pods']);
    return 0;
  },
};

async function markAll(ctx: RktContext, phase: Phase, isDue: (pod: PodEntry) => boolean): Promise<void> {
  for (const pod of podsOf(ctx, phase)) {
    if (isDue(pod)) await withPodLock(pod, () => markPod(ctx, pod));
  }
}

/** Deletes what has been lying there long enough; ends with the number of pods that could not be deleted. */
async function sweepAll(ctx: RktContext, phase: Phase, graceMs: number): Promise<number> {
  let failures = 0;
  for (const pod of podsOf(ctx, phase)) {
    if (changedBeforeMs(pod) < graceMs) {
      printMessage(
        ctx,
        `pod ${JSON.stringify(pod.uuid)} not removed: still within grace period (${goDuration(graceMs)})`,
      );
      continue;
    }
    try {
      await withPodLock(pod, () => {
        ctx.stdout(`Garbage collecting pod ${JSON.stringify(pod.uuid)}\n`);
        return sweepPod(ctx, pod);
      });
    } catch (error) {
      if (!(error instanceof RktFailure)) throw error;
      printMessage(ctx, error.describe(ctx.debug));
      failures += 1;
    }
  }
  return failures;
}

/** Age of a pod's last change of phase. A pod that vanished meanwhile is as old as can be. */
function changedBeforeMs(pod: PodEntry): number {
  const stat = statSync(pod.dir, { throwIfNoEntry: false });
  return stat === undefined ? Infinity : Math.max(0, Date.now() - stat.ctimeMs);
}

/** A duration as Go prints it: `30m0s`, `1h0m0s`, `1.5s`. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const seconds = `${+((ms % 60_000) / 1000).toFixed(9)}s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
