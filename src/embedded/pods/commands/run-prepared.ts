import type { Command } from '../../command.ts';
import { RktFailure, UsageFailure } from '../../context.ts';
import { handOver } from '../hand-over.ts';
import { findPod } from '../phases.ts';
import { podStatus } from '../pod-info.ts';
import { requireNamespaces } from '../privileges.ts';
import { runFlags } from '../run-flags.ts';

export const command: Command = {
  name: 'run-prepared',
  summary: 'Run a prepared application pod in rkt',
  usage: 'run-prepared UUID',
  description: 'Runs a previously prepared pod by its UUID',
  flags: runFlags({
    interactive: 'run pod interactively',
    mdsRegister: 'register pod with metadata service',
    net: '--net[=n[:args]][,]',
  }),
  run: (ctx, flags, args) => {
    const [uuid] = args;
    if (uuid === undefined || args.length !== 1) throw new UsageFailure('');
    const privileges = requireNamespaces(ctx);
    const pod = podStatus(ctx, findPod(ctx, uuid, 'problem retrieving pod'));
    if (pod.state !== 'prepared') throw new RktFailure(`pod ${JSON.stringify(pod.uuid)} is not prepared`);
    handOver(ctx, { pod, flags, privileges });
    return Promise.resolve(0);
  },
};
