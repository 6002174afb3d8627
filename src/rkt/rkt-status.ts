import { podSchema, type Pod } from '../model/pod.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { commandFailed } from './failure.ts';
import { assertPodId, parseJson } from './parse-output.ts';
import { parseStatusText, type PodStatusText } from './status-text.ts';

/**
 * Runs `rkt status --format=json`.
 *
 * rkt refuses that for pods in preparation (RKT_ERR_RKT_FAILED); {@link podStatusText} does not.
 *
 * @throws {@link RktError} RKT_ERR_POD_NOT_FOUND
 */
export async function podStatus(runner: RktRunner, podId: string, options: CallOptions = {}): Promise<Pod> {
  assertPodId(podId);
  return parsePodStatus((await runner.run(['status', '--format=json', podId], options)).stdout);
}

/** Parses the output of `rkt status --format=json`. */
export function parsePodStatus(stdout: string): Pod {
  return parseJson(podSchema, stdout, 'the answer of rkt status');
}

/**
 * Runs `rkt status`.
 *
 * @throws {@link RktError} RKT_ERR_POD_NOT_FOUND
 */
export async function podStatusText(
  runner: RktRunner,
  podId: string,
  options: CallOptions = {},
): Promise<PodStatusText> {
  assertPodId(podId);
  const output = await runner.run(['status', podId], { ...options, okExitCodes: [0, 254] });
  // With an unreadable manifest, rkt fails after it has printed what it knows.
  if (output.exitCode === 254 && !output.stdout.startsWith('state='))
    throw commandFailed(output, 'exited with 254');
  return parseStatusText(output.stdout);
}
