import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage, UsageFailure, wrapFailure } from '../embedded-context.ts';
import { isUuid, locatePod } from '../pods/phases.ts';
import { attachPod } from '../net/attach-pod.ts';
import { parseNetList } from '../net/net-list.ts';

/** Called by a pod's launch script, in the mount namespace of the pod; not for users. */
export const command: Command = {
  name: 'net-attach',
  summary: 'Attach the network namespace of a pod to its networks',
  usage: 'net-attach --net=LIST UUID',
  flags: [
    { name: 'net', kind: 'value', help: 'networks of the pod', default: 'default' },
    { name: 'ignore-dns', kind: 'bool', help: 'ignore the name servers of networks' },
  ],
  run: async (ctx, flags, args) => {
    const [uuid = ''] = args;
    const pod = isUuid(uuid) ? locatePod(ctx, uuid) : undefined;
    const list = parseNetList(flags.string('net'));
    if (args.length !== 1 || pod === undefined || typeof list === 'string') throw new UsageFailure('');
    try {
      await attachPod(ctx, { pod, list, ignoreDns: flags.bool('ignore-dns') });
      return 0;
    } catch (error) {
      const failure = wrapFailure(error, 'failed to setup network');
      if (!(failure instanceof RktFailure)) throw error;
      printMessage(ctx, failure.describe(ctx.debug), 'stage1');
      return failure.exitCode;
    }
  },
};
