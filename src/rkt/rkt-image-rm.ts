import type { CallOptions, RktRunner } from './command-runner.ts';
import { linesOf } from './parse-output.ts';

/**
 * Runs `rkt image rm`.
 *
 * @returns the ids of the images that are gone; rkt does not fail for those it does not know
 */
export async function removeImages(
  runner: RktRunner,
  images: readonly string[],
  options: CallOptions = {},
): Promise<readonly string[]> {
  return parseRemovedImages((await runner.run(['image', 'rm', ...images], options)).stdout);
}

/** Reads the answer of `rkt image rm`. */
export function parseRemovedImages(stdout: string): readonly string[] {
  return linesOf(stdout).flatMap(
    (line) => /^successfully removed aci for image: "(sha512-[0-9a-f]+)"$/.exec(line)?.[1] ?? [],
  );
}
