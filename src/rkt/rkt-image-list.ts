import { z } from 'zod';

import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { parseJson } from './parse-output.ts';

/** One image of the store. */
export const imageSchema = z.looseObject({
  id: z.string(),
  /** With the version: `example.com/app:1.0.0`. */
  name: z.string(),
  /** Nanoseconds, beyond 2^53 and so rounded by up to 128 ns. */
  import_time: z.number(),
  last_used_time: z.number(),
  /** Bytes of the tar and of the rendered tree. */
  size: z.number(),
});

export type Image = z.infer<typeof imageSchema>;

/** Runs `rkt image list`. */
export async function listImages(runner: RktRunner, options: CallOptions = {}): Promise<readonly Image[]> {
  return parseImageList((await runner.run(['image', 'list', '--format=json'], options)).stdout);
}

/** Parses the output of `rkt image list --format=json`; `null` means no images. */
export function parseImageList(stdout: string): readonly Image[] {
  return parseJson(z.array(imageSchema).nullable(), stdout, 'the answer of rkt image list') ?? [];
}
