import { writeFileSync } from 'node:fs';

import type { Flags } from '../command-line/args.ts';
import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, systemErrorText } from '../embedded-context.ts';
import { handOver, launcherOf } from '../pods/hand-over.ts';
import { preparationFlags } from '../pods/pod-flags.ts';
import { findImages, preparePod, readOrder } from '../pods/pod-preparation.ts';
import { requireNamespaces } from '../pods/privileges.ts';
import { checkPortsAllowed, runFlags } from '../pods/run-flags.ts';

export const command: Command = {
  name: 'run',
  summary: 'Run image(s) in a pod in rkt',
  usage:
    'run [--volume=name,kind=host,...] [--mount volume=VOL,target=PATH] IMAGE [-- image-args...[---]]...',
  description: [
    'IMAGE should be a string referencing an image; either a hash, local file on',
    'disk, or URL. They will be checked in that order and the first match will be',
    'used.',
    '',
    'Volumes are made available to the container via --volume. Mounts bind volumes',
    "into each image's root within the container via --mount. --mount is",
    'position-sensitive; occurring before any images applies to all images, occurring',
    'after any images applies only to the nearest preceding image. Per-app mounts',
    'take precedence over global ones if they have the same path.',
    '',
    'An "--" may be used to inhibit rkt run\'s parsing of subsequent arguments, which',
    "will instead be appended to the preceding image app's exec arguments. End the",
    'image arguments with a lone "---" to resume argument parsing.',
  ].join('\n'),
  flags: [
    ...preparationFlags({
      portIp: '[HOSTIP:]',
      podManifest: "'--net', '--no-overlay' and '--interactive'",
      envFile: 'path',
    }),
    ...runFlags({
      interactive: 'run pod interactively. If true, only one image may be supplied.',
      mdsRegister:
        'register pod with metadata service. needs network connectivity to the host (--net=(default|default-restricted|host)',
      net: '--net[=n[:args], ...]',
    }),
    { name: 'uuid-file-save', kind: 'string', help: 'write out pod UUID to specified file' },
  ],
  interspersed: false,
  run: async (ctx, flags, args) => {
    const privileges = requireNamespaces(ctx);
    const { imageArgs, environment, policy } = readOrder(flags, args);
    checkPortsAllowed(flags);
    if (flags.bool('interactive') && imageArgs.apps.length > 1) {
      throw new RktFailure('interactive option only supports one image');
    }
    launcherOf(ctx);
    const images = await findImages(ctx, imageArgs, policy);
    const onUuid = (uuid: string) => saveUuid(flags, uuid);
    const pod = await preparePod(ctx, { imageArgs, images, flags, environment, privileges, onUuid });
    handOver(ctx, { pod, flags, privileges });
    return 0;
  },
};

/** Mode 0644, no newline. */
function saveUuid(flags: Flags, uuid: string): void {
  if (!flags.isSet('uuid-file-save')) return;
  const path = flags.string('uuid-file-save');
  try {
    writeFileSync(path, uuid, { mode: 0o644 });
  } catch (error) {
    throw new RktFailure('error saving pod UUID to file', [systemErrorText('open', path, error)]);
  }
}
