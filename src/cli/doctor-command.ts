import type { Command } from 'commander';

import { withExamples } from './help-examples.ts';
import { runEmbeddedRkt } from './rkt-command.ts';

/** `rkt-streams doctor`: what pods need of this machine, what works, and the remedy for what does not. */
export function doctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description(
      'Prints kernel, cgroups, namespaces and tools of this machine, and which stage1 and networks of the embedded rkt work. Exits with 1 when no pod can run.',
    )
    .option('--format <format>', 'json or json-pretty instead of text')
    .action(async ({ format }: { readonly format?: string }) => {
      process.exitCode = await runEmbeddedRkt([
        'doctor',
        ...(format === undefined ? [] : [`--format=${format}`]),
      ]);
    });
  withExamples(command, [
    ['doctor', 'Show what works, and what to install for the rest'],
    ['doctor --format json', 'The same for programs'],
  ]);
}
