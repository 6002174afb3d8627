import type { Command } from 'commander';

/** `rkt-streams image …`: makes images. */
export function imageCommand(program: Command): void {
  program.command('image').summary('make images');
}
