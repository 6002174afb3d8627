import type { Command } from '../../command.ts';
import { RktFailure } from '../../context.ts';
import { formatJson } from '../../text.ts';
import { findPod } from '../phases.ts';
import { readPodManifest } from '../pod-info.ts';
import { oneUuid, uuidFileFlag } from '../uuid-args.ts';

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
