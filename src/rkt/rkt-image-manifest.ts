import { z } from 'zod';

import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { recoded } from './failure.ts';
import { parseJson } from './parse-output.ts';

const pair = z.object({ name: z.string(), value: z.string() });

/** The parts of an image manifest that are looked at here; all others are passed on. */
export const imageManifestSchema = z.looseObject({
  acKind: z.literal('ImageManifest'),
  name: z.string(),
  labels: z.array(pair).nullish(),
  app: z
    .looseObject({
      exec: z.array(z.string()).nullish(),
      user: z.string().optional(),
      group: z.string().optional(),
      workingDirectory: z.string().optional(),
      environment: z.array(pair).nullish(),
      mountPoints: z.array(z.looseObject({ name: z.string(), path: z.string() })).nullish(),
      ports: z
        .array(z.looseObject({ name: z.string(), protocol: z.string(), port: z.number().int() }))
        .nullish(),
    })
    .nullish(),
  dependencies: z
    .array(
      z.looseObject({
        imageName: z.string(),
        imageID: z.string().nullish(),
        labels: z.array(pair).nullish(),
      }),
    )
    .nullish(),
  pathWhitelist: z.array(z.string()).nullish(),
  annotations: z.array(pair).nullish(),
});

export type ImageManifestText = z.infer<typeof imageManifestSchema>;

/**
 * Runs `rkt image cat-manifest`.
 *
 * @param image an id, or a name with labels
 * @throws {@link RktError} RKT_ERR_IMAGE when the store has no such image
 */
export async function imageManifest(
  runner: RktRunner,
  image: string,
  options: CallOptions = {},
): Promise<ImageManifestText> {
  const args = ['image', 'cat-manifest', '--pretty-print=false', image];
  try {
    return parseImageManifest((await runner.run(args, options)).stdout);
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_RKT_FAILED')) throw error;
    throw recoded(error, 'RKT_ERR_IMAGE', `rkt cannot show the manifest of ${image}`);
  }
}

/** Reads the answer of `rkt image cat-manifest`, pretty or not. */
export function parseImageManifest(stdout: string): ImageManifestText {
  return parseJson(imageManifestSchema, stdout, 'the image manifest');
}
