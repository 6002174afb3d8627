import type { Command } from '../command-line/command-shape.ts';
import { UsageFailure } from '../embedded-context.ts';
import { isUuid, locatePod } from '../pods/phases.ts';
import { detachPod } from '../net/detach-pod.ts';

const FAILURE = 254;

/** Called when a pod has ended, as long as its namespace is there; not for users. */
export const command: Command = {
  name: 'net-detach',
  summary: 'Detach a pod from its networks',
  usage: 'net-detach UUID',
  flags: [],
  run: async (ctx, _flags, args) => {
    const [uuid] = args;
    if (uuid === undefined || args.length !== 1 || !isUuid(uuid)) throw new UsageFailure('');
    const pod = locatePod(ctx, uuid);
    // Removed meanwhile, and detached before that.
    if (pod === undefined) return 0;
    return (await detachPod(ctx, pod)) ? 0 : FAILURE;
  },
};
