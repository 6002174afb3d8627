import type { CallOptions, RktRunner } from './command-runner.ts';
import { linesOf } from './parse-output.ts';

/** The pods that `rkt gc` keeps. rkt's own defaults are 30 minutes and 24 hours. */
export interface CollectOptions extends CallOptions {
  /** Exited pods marked less long ago stay. */
  readonly gracePeriodMs?: number;
  /** Prepared pods younger than this stay. */
  readonly expirePreparedMs?: number;
  /** Marks exited pods and deletes nothing. */
  readonly markOnly?: boolean;
}

/** Runs `rkt gc`; returns the UUIDs of the pods it deleted. */
export async function collectPods(
  runner: RktRunner,
  options: CollectOptions = {},
): Promise<readonly string[]> {
  const { gracePeriodMs, expirePreparedMs, markOnly = false, ...call } = options;
  const args = [
    'gc',
    ...(gracePeriodMs === undefined ? [] : [`--grace-period=${gracePeriodMs}ms`]),
    ...(expirePreparedMs === undefined ? [] : [`--expire-prepared=${expirePreparedMs}ms`]),
    ...(markOnly ? ['--mark-only'] : []),
  ];
  return parseCollectedPods((await runner.run(args, call)).stdout);
}

/** Parses the output of `rkt gc`; pods that it keeps appear only on stderr. */
export function parseCollectedPods(stdout: string): readonly string[] {
  return linesOf(stdout).flatMap(
    (line) => /^Garbage collecting pod "([0-9a-f-]{36})"$/.exec(line)?.[1] ?? [],
  );
}
