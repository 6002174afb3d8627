import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Command } from 'commander';

import { exitCodeOfSignal } from './exit-codes.ts';

/**
 * `rkt-streams rkt …`: the embedded rkt. The launcher in bin/ runs it without this process; this command exists for
 * the help.
 */
export function rktCommand(program: Command): void {
  program
    .command('rkt')
    .description('Passes all arguments to the embedded rkt; `rkt-streams rkt help` lists its commands.')
    .argument('[arguments...]', "rkt's own command line")
    .helpOption(false)
    .allowUnknownOption()
    .action(async (args: string[]) => {
      process.exitCode = await runEmbeddedRkt(args);
    });
}

/** Runs the embedded rkt on the streams of this process and returns its exit code, 128 + n after signal n. */
export async function runEmbeddedRkt(args: readonly string[]): Promise<number> {
  const launcher = fileURLToPath(new URL('../../bin/rkt-embedded', import.meta.url));
  const child = spawn(launcher, args, { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', forward);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  process.off('SIGTERM', forward);
  return code ?? exitCodeOfSignal(signal ?? 'SIGKILL');
}
