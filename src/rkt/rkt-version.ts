import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { unexpectedOutput } from './failure.ts';
import type { RktVersion } from './found-binary.ts';

/** The oldest supported rkt. */
export const MINIMUM_RKT_VERSION = '1.27.0';

/** Runs `rkt version`. */
export async function rktVersion(runner: RktRunner, options: CallOptions = {}): Promise<RktVersion> {
  return parseVersion((await runner.run(['version'], options)).stdout);
}

/** Parses the output of `rkt version`; rkt before 1.0 prints `rkt version` where later ones print `rkt Version:`. */
export function parseVersion(stdout: string): RktVersion {
  const rkt = /^rkt [vV]ersion:?[ \t]+((\d+(?:\.\d+)*)\S*)/m.exec(stdout);
  const appc = /^appc [vV]ersion:?[ \t]+(\d+(?:\.\d+)*)/m.exec(stdout);
  if (rkt?.[1] === undefined || rkt[2] === undefined || appc?.[1] === undefined) {
    throw unexpectedOutput('the answer of rkt version', stdout);
  }
  return { rkt: rkt[2], appc: appc[1], full: rkt[1], embedded: rkt[1].includes('+embedded') };
}

/** True when a dotted version is `minimum` or later; missing parts count as 0. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [left, right] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
