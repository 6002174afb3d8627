import { isRktError, type RktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { retryable } from './failure.ts';
import { isNetworkTrouble } from './network-trouble.ts';

/**
 * Runs `rkt trust` for the images below a prefix: rkt discovers the keys and trusts them without confirmation.
 *
 * @throws {@link RktError} RKT_ERR_RKT_FAILED or RKT_ERR_RKT_TIMEOUT, recoverable when the network is the cause
 */
export async function trustPrefix(
  runner: RktRunner,
  prefix: string,
  options: CallOptions = {},
): Promise<void> {
  try {
    await runner.run(['trust', '--skip-fingerprint-review=true', `--prefix=${prefix}`], options);
  } catch (error) {
    if (isRktError(error) && isByNetwork(error)) throw retryable(error);
    throw error;
  }
}

function isByNetwork({ code, details }: RktError): boolean {
  return code === 'RKT_ERR_RKT_TIMEOUT' || isNetworkTrouble(details.stderr ?? '');
}
