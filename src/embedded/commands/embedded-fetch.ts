import type { Command } from '../command-line/command-shape.ts';
import { RktFailure } from '../embedded-context.ts';
import { fetchAppFlags, parseImageArgs } from '../command-line/image-args.ts';
import { pullPolicyFlags, pullPolicyOf } from '../command-line/pull-policy.ts';
import { findImage, renderTree } from '../store/image-store.ts';

const SHORT_ID = 'sha512-'.length + 32;

/** `rkt fetch`: imports images and, as rkt does, renders them at once, so that the first start need not. */
export const command: Command = {
  name: 'fetch',
  summary: 'Fetch image(s) and store them in the local store',
  usage: 'fetch IMAGE_URL...',
  description: `Locates and downloads remote ACIs and their attached signatures.

If the ACI is available in the local store, the image will not be fetched
again.`,
  flags: [
    { name: 'full', kind: 'bool', help: 'print the full image hash after fetching' },
    ...pullPolicyFlags('update'),
    ...fetchAppFlags,
  ],
  interspersed: false,
  async run(ctx, flags, args) {
    const { apps } = parseImageArgs(flags, args, { appArgs: false, failure: 'unable to parse arguments' });
    if (apps.length === 0) throw new RktFailure('must provide at least one image');
    const pullPolicy = pullPolicyOf(flags);
    for (const { image: imageArg, signature } of apps) {
      const options = { pullPolicy, allowHash: false, ...(signature === undefined ? {} : { signature }) };
      const image = await findImage(ctx, imageArg, options);
      await renderTree(ctx, image);
      ctx.stdout(`${flags.bool('full') ? image.id : image.id.slice(0, SHORT_ID)}\n`);
    }
    return 0;
  },
};
