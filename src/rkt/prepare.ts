import { isRktError } from '../model/errors.ts';
import type { CallOptions, RktRunner } from './command.ts';
import { recoded, unexpectedOutput } from './failure.ts';
import { POD_ID, linesOf } from './output.ts';

/**
 * Runs `rkt prepare` with the arguments of `prepareArguments`.
 *
 * @returns the UUID of the prepared pod
 * @throws {@link RktError} RKT_ERR_IMAGE when the image cannot be had, RKT_ERR_PORT_MAP when it lacks a port
 */
export async function prepare(
  runner: RktRunner,
  args: readonly string[],
  options: CallOptions = {},
): Promise<string> {
  try {
    return parsePreparedPod((await runner.run(args, options)).stdout);
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_RKT_FAILED')) throw error;
    const stderr = error.details.stderr ?? '';
    if (/\berror finding images\b/.test(stderr)) throw recoded(error, 'RKT_ERR_IMAGE');
    if (/\bport name "[^"]*" could not be found\b/.test(stderr)) throw recoded(error, 'RKT_ERR_PORT_MAP');
    throw error;
  }
}

/** Reads the answer of `rkt prepare`: one UUID, perhaps after other lines. */
export function parsePreparedPod(stdout: string): string {
  const last = linesOf(stdout).at(-1)?.trim() ?? '';
  if (!POD_ID.test(last)) throw unexpectedOutput('the answer of rkt prepare', stdout);
  return last;
}
