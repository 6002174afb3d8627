import { z } from 'zod';

import type { CallOptions, RktRunner } from './command-runner.ts';
import { parseJson } from './parse-output.ts';

const verdictSchema = z.object({
  works: z.boolean(),
  version: z.string().optional(),
  reason: z.string().optional(),
});

const reportSchema = z.object({ stage1: z.object({ fly: verdictSchema, oci: verdictSchema }) });

/** Whether each stage1 of the embedded rkt works here. */
export type EmbeddedStage1 = z.infer<typeof reportSchema>['stage1'];

/** Runs `doctor` of the embedded rkt, which a real one does not have. */
export async function embeddedStage1(runner: RktRunner, options: CallOptions = {}): Promise<EmbeddedStage1> {
  const { stdout } = await runner.run(['doctor', '--format=json'], options);
  return parseJson(reportSchema, stdout, 'the answer of the embedded rkt').stage1;
}
