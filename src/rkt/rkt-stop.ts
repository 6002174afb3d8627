import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { unexpectedOutput } from './failure.ts';
import { assertPodId } from './parse-output.ts';

/** `stopping`: the signal was sent; rkt does not wait for the end. */
export type StopAnswer = 'stopping' | 'already-stopped';

/**
 * Runs `rkt stop`: SIGTERM to the pod, SIGKILL with `force`.
 *
 * @throws {@link RktError} RKT_ERR_POD_NOT_FOUND, or RKT_ERR_RKT_FAILED when the pod was never started
 */
export async function stopPod(
  runner: RktRunner,
  podId: string,
  options: CallOptions & { readonly force?: boolean } = {},
): Promise<StopAnswer> {
  assertPodId(podId);
  const { force = false, ...call } = options;
  return parseStopAnswer((await runner.run(['stop', ...(force ? ['--force'] : []), podId], call)).stdout);
}

/** Parses the output of `rkt stop` for one pod. */
export function parseStopAnswer(stdout: string): StopAnswer {
  if (/^"[0-9a-f-]{36}"$/m.test(stdout)) return 'stopping';
  if (/^pod "[^"]*" is already stopped$/m.test(stdout)) return 'already-stopped';
  throw unexpectedOutput('the answer of rkt stop', stdout);
}
