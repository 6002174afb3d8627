import { z } from 'zod';

import { podSchema, type Pod } from '../model/pod.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { parseJson } from './parse-output.ts';

/** Runs `rkt list`: one process start for all pods. rkt leaves out pods in preparation and broken ones. */
export async function listPods(runner: RktRunner, options: CallOptions = {}): Promise<readonly Pod[]> {
  return parsePodList((await runner.run(['list', '--format=json'], options)).stdout);
}

/** Parses the output of `rkt list --format=json`; `null` means no pods. */
export function parsePodList(stdout: string): readonly Pod[] {
  return parseJson(z.array(podSchema).nullable(), stdout, 'the answer of rkt list') ?? [];
}
