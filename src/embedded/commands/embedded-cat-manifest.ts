import type { Command } from '../command-line/command-shape.ts';
import { RktFailure } from '../embedded-context.ts';
import { formatJson } from '../command-line/text.ts';
import { findPod } from '../pods/phases.ts';
import { readPodManifest } from '../pods/pod-info.ts';
import { oneUuid, uuidFileFlag } from '../pods/uuid-args.ts';

export const command: Command = {
  name: 'cat-manifest',
  summary: 'Inspect and print the pod manifest',
  usage: 'cat-manifest --uuid-file=FILE | UUID ...',
  description: 'UUID should be the UUID of a pod',
  flags: [
    { name: 'pretty-print', kind: 'bool', default: 'true', help: 'apply indent to format the output' },
    uuidFileFlag,
  ],
  run: (ctx, flags, args) => {
    const pod = findPod(ctx, oneUuid(flags, args), 'problem retrieving pod');
    try {
      ctx.stdout(`${formatJson(readPodManifest(pod), flags.bool('pretty-print'))}\n`);
      return Promise.resolve(0);
    } catch (error) {
      // rkt says nothing at all about a manifest it cannot read.
      if (error instanceof RktFailure) return Promise.resolve(error.exitCode);
      throw error;
    }
  },
};
