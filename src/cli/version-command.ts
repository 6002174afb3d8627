import type { Command } from 'commander';

import { PLUGIN_VERSION } from '../model/agent-version.ts';
import { createPaint } from './cli-output.ts';
import { parseTemplate } from '../model/go-template.ts';
import { withExamples } from './help-examples.ts';
import { pairs } from './text-table.ts';

interface VersionFlags {
  readonly format?: string;
}

/** `rkt-streams version`: of this program and of what runs it. */
export function versionCommand(program: Command): void {
  const command = program
    .command('version')
    .description(
      'Prints the version of rkt-streams, Node and the kernel. info and fingerprint print that of rkt.',
    )
    .option('-f, --format <template>', "json, or a template of Go: '{{.Client.Version}}'")
    .action(({ format }: VersionFlags, self: Command) => {
      const client = {
        Version: PLUGIN_VERSION,
        NodeVersion: process.version,
        Os: process.platform,
        Arch: process.arch,
      };
      const isJson = format === 'json' || self.optsWithGlobals<{ json?: boolean }>().json === true;
      const text =
        format === undefined || isJson
          ? pairs(
              Object.entries(client).map(([name, value]) => [name, value] as const),
              createPaint(false),
            )
          : parseTemplate(format)({ Client: client, ...client });
      process.stdout.write(`${isJson ? JSON.stringify({ Client: client }) : text}\n`);
    });
  withExamples(command, [["version --format '{{.Client.Version}}'", 'Only the version']]);
}
