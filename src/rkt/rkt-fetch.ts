import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { recoded, unexpectedOutput } from './failure.ts';
import { imageFailureCode, isNetworkTrouble, isRemoteImage } from './network-trouble.ts';
import { IMAGE_ID, linesOf } from './parse-output.ts';

/** The checks of rkt to disable; see its `--insecure-options`. */
export interface FetchOptions extends CallOptions {
  readonly insecureOptions?: readonly string[];
  /** Default: that of `rkt fetch`, which asks for an image again. */
  readonly pullPolicy?: 'new' | 'never' | 'update';
}

/**
 * Runs `rkt fetch`.
 *
 * @returns the id of each image, in order
 * @throws {@link RktError} RKT_ERR_IMAGE when one of them cannot be fetched, RKT_ERR_IMAGE_LIMIT when one is too
 * large
 */
export async function fetchImages(
  runner: RktRunner,
  images: readonly string[],
  options: FetchOptions = {},
): Promise<readonly string[]> {
  const { insecureOptions = [], pullPolicy, ...call } = options;
  const policy = pullPolicy === undefined ? [] : [`--pull-policy=${pullPolicy}`];
  const insecure = insecureOptions.length === 0 ? [] : [`--insecure-options=${insecureOptions.join(',')}`];
  try {
    return parseImageIds(
      (await runner.run([...insecure, 'fetch', '--full', ...policy, ...images], call)).stdout,
    );
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_RKT_FAILED')) throw error;
    throw recoded(
      error,
      imageFailureCode(error.details.stderr ?? ''),
      `rkt cannot fetch ${images.join(', ')}`,
      {
        recoverable: images.some(isRemoteImage) && isNetworkTrouble(error.details.stderr ?? ''),
      },
    );
  }
}

/** Parses the output of `rkt fetch`: one id per line. */
export function parseImageIds(stdout: string): readonly string[] {
  const ids = linesOf(stdout);
  if (ids.length === 0 || !ids.every((id) => IMAGE_ID.test(id))) {
    throw unexpectedOutput('the answer of rkt fetch', stdout);
  }
  return ids;
}
