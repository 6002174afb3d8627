import { isRktError } from '../model/errors.ts';
import type { CallOptions, RktRunner } from './command.ts';
import { recoded, retryable, unexpectedOutput } from './failure.ts';
import { imageFailureCode, isBeyondLimit, isNetworkTrouble, isRemoteImage } from './network-trouble.ts';
import { POD_ID, linesOf } from './output.ts';

export interface PrepareOptions extends CallOptions {
  /** What the errors call the image. */
  readonly image?: string;
}

/**
 * Runs `rkt prepare` with the arguments of `prepareArguments`.
 *
 * @returns the UUID of the prepared pod
 * @throws {@link RktError} RKT_ERR_IMAGE when the image cannot be had (recoverable when the network is to blame), RKT_ERR_IMAGE_LIMIT when it is too large, RKT_ERR_PORT_MAP when it lacks a port
 */
export async function prepare(
  runner: RktRunner,
  args: readonly string[],
  options: PrepareOptions = {},
): Promise<string> {
  const { image = 'the image', ...call } = options;
  try {
    return parsePreparedPod((await runner.run(args, call)).stdout);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_RKT_TIMEOUT') && isRemoteImage(image)) throw retryable(error);
    if (!isRktError(error, 'RKT_ERR_RKT_FAILED')) throw error;
    const stderr = error.details.stderr ?? '';
    if (/\berror finding images\b/.test(stderr) || isBeyondLimit(stderr))
      throw recoded(error, imageFailureCode(stderr), `rkt cannot use ${image}`, {
        recoverable: isRemoteImage(image) && isNetworkTrouble(stderr),
      });
    if (/\bport name "[^"]*" could not be found\b/.test(stderr))
      throw recoded(error, 'RKT_ERR_PORT_MAP', `rkt cannot map the ports of ${image}`);
    throw error;
  }
}

/** Reads the answer of `rkt prepare`: one UUID, perhaps after other lines. */
export function parsePreparedPod(stdout: string): string {
  const last = linesOf(stdout).at(-1)?.trim() ?? '';
  if (!POD_ID.test(last)) throw unexpectedOutput('the answer of rkt prepare', stdout);
  return last;
}
