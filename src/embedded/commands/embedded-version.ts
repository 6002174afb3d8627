import { APPC_VERSION, EMBEDDED_RKT_VERSION } from '../../model/embedded-rkt-version.ts';
import type { Command } from '../command-line/command-shape.ts';

/** `rkt version`: five lines with rkt's labels, so that parsers of the real output accept them. */
export const command: Command = {
  name: 'version',
  summary: 'Print the version and exit',
  usage: 'version',
  flags: [],
  run(ctx) {
    ctx.stdout(
      `rkt Version: ${EMBEDDED_RKT_VERSION}\nappc Version: ${APPC_VERSION}\nGo Version: none (Node.js ${process.version})\n` +
        `Go OS/Arch: ${process.platform}/${goArch()}\nFeatures: -TPM -SDJOURNAL\n`,
    );
    return Promise.resolve(0);
  },
};

function goArch(): string {
  return { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch;
}
