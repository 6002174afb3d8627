import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, type RktContext } from '../embedded-context.ts';
import { markPod, sweepPod, withPodLock } from '../pods/collect.ts';
import { findPod, locatePod } from '../pods/phases.ts';
import { podStatus } from '../pods/pod-info.ts';
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
  const pod = podStatus(ctx, found);
  const name = JSON.stringify(pod.uuid);
  if (pod.state === 'running') throw new RktFailure(`pod ${name} is currently running`);
  if (pod.state === 'preparing') throw new RktFailure(`pod ${name} is currently being prepared`);
  const result = await withPodLock(pod, () => sweepPod(ctx, markPod(ctx, pod, pod.phase === 'run')));
  if (result.kind === 'busy') {
    const now = locatePod(ctx, pod.uuid);
    throw new RktFailure(
      now?.phase === 'run' ? `pod ${name} is currently running` : `pod ${name} is being deleted`,
    );
  }
  ctx.stdout(`${name}\n`);
}
