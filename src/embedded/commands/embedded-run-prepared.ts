import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, UsageFailure, requireProcess } from '../embedded-context.ts';
import { handOver } from '../pods/hand-over.ts';
import { findPod } from '../pods/phases.ts';
import { podStatus } from '../pods/pod-info.ts';
import { requireNamespaces } from '../pods/privileges.ts';
import { runFlags } from '../pods/run-flags.ts';
import { stage1OfPod } from '../stage1/known-stage1.ts';

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
    // What oci decides depends on the process that executes it: its terminal, OOM score, cgroup and network.
    if (stage1OfPod(pod).flavor !== 'fly') requireProcess(ctx);
    handOver(ctx, { pod, flags, privileges });
    return Promise.resolve(0);
  },
};
