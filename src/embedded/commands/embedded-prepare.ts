import { writeFileSync } from 'node:fs';

import { POD_FILE_VARIABLE } from '../../model/called-command.ts';
import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, systemErrorText, wrapFailure, type RktContext } from '../embedded-context.ts';
import { preparationFlags } from '../pods/pod-flags.ts';
import { findImages, preparePod, readOrder } from '../pods/pod-preparation.ts';
import { requireNamespaces } from '../pods/privileges.ts';

export const command: Command = {
  name: 'prepare',
  summary: 'Prepare to run image(s) in a pod in rkt',
  usage:
    'prepare [--volume=name,kind=host,...] [--mount volume=VOL,target=PATH] [--quiet] IMAGE [-- image-args...[---]]...',
  description: [
    'Prepares the pod and returns its UUID for a subsequent call to run-prepared.',
    '',
    'Prepare is useful to get the UUID of the pod before running or when preparing',
    'takes a long time.',
    '',
    'IMAGE should be a string referencing an image; either a hash, local file on',
    'disk, or URL. They will be checked in that order and the first match will be',
    'used.',
    '',
    'An "--" may be used to inhibit rkt prepare\'s parsing of subsequent arguments,',
    "which will instead be appended to the preceding image app's exec arguments. End",
    'the image arguments with a lone "---" to resume argument parsing.',
  ].join('\n'),
  flags: [
    ...preparationFlags({ portIp: '', podManifest: "'--quiet' and '--no-overlay'", envFile: 'the path' }),
    {
      name: 'quiet',
      kind: 'bool',
      help: 'suppress superfluous output on stdout, print only the UUID on success',
    },
  ],
  interspersed: false,
  run: async (ctx, flags, args) => {
    const privileges = requireNamespaces(ctx);
    const { imageArgs, environment, policy } = readOrder(flags, args);
    const images = await findImages(ctx, imageArgs, policy).catch((error: unknown) => {
      throw wrapFailure(error, 'error finding images');
    });
    const order = { imageArgs, images, flags, environment, privileges };
    const pod = await preparePod(ctx, { ...order, announce: (uuid) => announce(ctx, uuid) });
    ctx.stdout(`${pod.uuid}\n`);
    return 0;
  },
};

/** For the caller, who may die before this command prints the UUID. */
function announce(ctx: RktContext, uuid: string): void {
  const file = ctx.env[POD_FILE_VARIABLE];
  if (file === undefined) return;
  try {
    writeFileSync(file, `${uuid}\n`, { mode: 0o600 });
  } catch (error) {
    throw new RktFailure('cannot announce the pod', [systemErrorText('open', file, error)]);
  }
}
