import { z } from 'zod';

import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { parseJson } from './parse-output.ts';

/** Its other parts contain passwords, which must not be read. */
const configSchema = z.object({
  stage0: z.array(
    z.object({
      rktKind: z.string(),
      name: z.string().optional(),
      version: z.string().optional(),
      location: z.string().optional(),
    }),
  ),
});

/**
 * Runs `rkt config`: returns the configured stage1, by `name:version` or by its path; undefined for the built-in one.
 */
export async function configuredStage1(
  runner: RktRunner,
  options: CallOptions = {},
): Promise<string | undefined> {
  return parseConfiguredStage1((await runner.run(['config', '--pretty-print=false'], options)).stdout);
}

/** Parses the output of `rkt config`. */
export function parseConfiguredStage1(stdout: string): string | undefined {
  const { stage0 } = parseJson(configSchema, stdout, 'the answer of rkt config');
  const { name = '', version = '', location = '' } = stage0.find(({ rktKind }) => rktKind === 'stage1') ?? {};
  if (name !== '' && version !== '') return `${name}:${version}`;
  return location === '' ? undefined : location;
}
