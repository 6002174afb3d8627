import { z } from 'zod';

import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { parseJson } from './parse-output.ts';

const verdictSchema = z.object({
  works: z.boolean(),
  version: z.string().optional(),
  reason: z.string().optional(),
});

const reportSchema = z.object({
  stage1: z.object({ fly: verdictSchema, oci: verdictSchema }),
  networks: verdictSchema,
});

/** Whether each stage1 of the embedded rkt works here, and networks of pods. */
export type EmbeddedReport = z.infer<typeof reportSchema>;

/** Runs `doctor` of the embedded rkt, which a real one does not have. */
export async function embeddedReport(runner: RktRunner, options: CallOptions = {}): Promise<EmbeddedReport> {
  const { stdout } = await runner.run(['doctor', '--format=json'], options);
  return parseJson(reportSchema, stdout, 'the answer of the embedded rkt');
}
