import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { linesOf } from './parse-output.ts';

/**
 * Runs `rkt image rm`.
 *
 * @returns the ids of the removed images; rkt does not fail for unknown ones
 */
export async function removeImages(
  runner: RktRunner,
  images: readonly string[],
  options: CallOptions = {},
): Promise<readonly string[]> {
  return parseRemovedImages((await runner.run(['image', 'rm', ...images], options)).stdout);
}

/** Parses the output of `rkt image rm`. */
export function parseRemovedImages(stdout: string): readonly string[] {
  return linesOf(stdout).flatMap(
    (line) => /^successfully removed aci for image: "(sha512-[0-9a-f]+)"$/.exec(line)?.[1] ?? [],
  );
}
