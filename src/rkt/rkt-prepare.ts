import { withoutCredentials } from '../model/url-credentials.ts';
import { rm } from 'node:fs/promises';

import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { filedEnvironment, writeEnvironmentFile } from './environment-file.ts';
import { rawStderr, recoded, retryable, unexpectedOutput } from './failure.ts';
import { imageFailureCode, isBeyondLimit, isNetworkTrouble, isRemoteImage } from './network-trouble.ts';
import { POD_ID, linesOf } from './parse-output.ts';

export interface PrepareOptions extends CallOptions {
  /** The name of the image in errors. */
  readonly image?: string;
  /** The file with the variables for a real rkt; it is removed when rkt has exited. */
  readonly environmentFile?: string;
}

/**
 * Runs `rkt prepare` with the arguments of `prepareArguments`.
 *
 * @returns the UUID of the prepared pod
 * @throws {@link RktError} RKT_ERR_IMAGE when the image cannot be fetched (recoverable when the network is the
 * cause), RKT_ERR_IMAGE_LIMIT when it is too large, RKT_ERR_PORT_MAP when it lacks a port
 */
export async function prepare(
  runner: RktRunner,
  args: readonly string[],
  options: PrepareOptions = {},
): Promise<string> {
  const { image = 'the image', environmentFile, ...call } = options;
  const shownImage = withoutCredentials(image);
  try {
    const run = async (words: readonly string[], secrets: readonly string[] = []): Promise<string> =>
      parsePreparedPod((await runner.run(words, { ...call, secrets })).stdout);
    if (environmentFile === undefined || runner.binary.runtime === 'embedded') return await run(args);
    return await withEnvironmentFile(args, environmentFile, run);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_RKT_TIMEOUT') && isRemoteImage(image)) throw retryable(error);
    if (!isRktError(error, 'RKT_ERR_RKT_FAILED')) throw error;
    const stderr = rawStderr(error);
    if (/\berror finding images\b/.test(stderr) || isBeyondLimit(stderr))
      throw recoded(error, imageFailureCode(stderr), `rkt cannot use ${shownImage}`, {
        recoverable: isRemoteImage(image) && isNetworkTrouble(stderr),
      });
    if (/\bport name "[^"]*" could not be found\b/.test(stderr))
      throw recoded(error, 'RKT_ERR_PORT_MAP', `rkt cannot map the ports of ${shownImage}`);
    throw error;
  }
}

async function withEnvironmentFile(
  args: readonly string[],
  file: string,
  run: (args: readonly string[], secrets: readonly string[]) => Promise<string>,
): Promise<string> {
  const { args: words, text, values } = filedEnvironment(args, file);
  if (text === undefined) return run(words, []);
  try {
    await writeEnvironmentFile(file, text);
    return await run(words, values);
  } finally {
    await rm(file, { force: true });
  }
}

/** Parses the output of `rkt prepare`: one UUID, perhaps after other lines. */
export function parsePreparedPod(stdout: string): string {
  const last = linesOf(stdout).at(-1)?.trim() ?? '';
  if (!POD_ID.test(last)) throw unexpectedOutput('the answer of rkt prepare', stdout);
  return last;
}
