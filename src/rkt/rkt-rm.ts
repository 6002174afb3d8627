import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { unexpectedOutput } from './failure.ts';
import { assertPodId, linesOf } from './parse-output.ts';

/**
 * Runs `rkt rm` for one pod, which must not be running.
 *
 * @throws {@link RktError} RKT_ERR_POD_NOT_FOUND, or RKT_ERR_RKT_FAILED when it runs or is in preparation
 */
export async function removePod(runner: RktRunner, podId: string, options: CallOptions = {}): Promise<void> {
  assertPodId(podId);
  const { stdout } = await runner.run(['rm', podId], options);
  if (!parseRemovedPods(stdout).includes(podId)) throw unexpectedOutput('the answer of rkt rm', stdout);
}

/** Parses the output of `rkt rm`: the UUIDs of the removed pods. */
export function parseRemovedPods(stdout: string): readonly string[] {
  return linesOf(stdout).flatMap((line) => /^"([0-9a-f-]{36})"$/.exec(line)?.[1] ?? []);
}
