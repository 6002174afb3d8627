import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { recoded, unexpectedOutput } from './failure.ts';

/** `good`: the tree is what the image gives. `rebuilt`: it was not, and was rendered again. */
export type ImageVerification = 'good' | 'rebuilt' | 'not rendered';

const ANSWERS: readonly (readonly [RegExp, ImageVerification])[] = [
  [/^successfully verified checksum for image: /m, 'good'],
  [/^tree cache verification failed for image .*rebuilding\.\.\.$/m, 'rebuilt'],
  [/^image .* not rendered; no verification needed$/m, 'not rendered'],
];

/**
 * Runs `rkt image verify` for one image.
 *
 * @throws {@link RktError} RKT_ERR_IMAGE when there is no such image, or its tree has changed and cannot be rendered again
 */
export async function verifyImage(
  runner: RktRunner,
  image: string,
  options: CallOptions = {},
): Promise<ImageVerification> {
  try {
    return parseImageVerification((await runner.run(['image', 'verify', image], options)).stdout);
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_RKT_FAILED')) throw error;
    throw recoded(error, 'RKT_ERR_IMAGE', `rkt cannot verify ${image}`);
  }
}

/** Reads the answer of `rkt image verify` for one image. */
export function parseImageVerification(stdout: string): ImageVerification {
  const answer = ANSWERS.find(([pattern]) => pattern.test(stdout))?.[1];
  if (answer === undefined) throw unexpectedOutput('the answer of rkt image verify', stdout);
  return answer;
}
