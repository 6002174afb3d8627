import type { CallOptions, RktRunner } from './command.ts';

/** Runs `rkt trust` for the images below a prefix: rkt discovers the keys and trusts them without asking. */
export async function trustPrefix(
  runner: RktRunner,
  prefix: string,
  options: CallOptions = {},
): Promise<void> {
  await runner.run(['trust', '--skip-fingerprint-review=true', `--prefix=${prefix}`], options);
}
