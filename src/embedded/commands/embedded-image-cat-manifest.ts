import type { Command } from '../command-line/command-shape.ts';
import { UsageFailure } from '../embedded-context.ts';
import { imageArgument } from '../command-line/image-argument.ts';
import { formatJson } from '../command-line/text.ts';

/** `rkt image cat-manifest`. */
export const command: Command = {
  name: 'image cat-manifest',
  summary: 'Inspect and print the image manifest',
  usage: 'image cat-manifest IMAGE',
  description: 'IMAGE should be a string referencing an image; either a ID or an image name.',
  flags: [{ name: 'pretty-print', kind: 'bool', default: 'true', help: 'apply indent to format the output' }],
  run(ctx, flags, args) {
    const [text] = args;
    if (args.length !== 1 || text === undefined) throw new UsageFailure('');
    const image = imageArgument(ctx, text);
    ctx.stdout(`${formatJson(image.manifest, flags.bool('pretty-print'))}\n`);
    return Promise.resolve(0);
  },
};
