import type { Command } from 'commander';

/** `rkt-streams demo`: pods that behave differently, watched for a while. */
export function demoCommand(program: Command): void {
  program.command('demo').summary('start a handful of pods and watch them');
}
