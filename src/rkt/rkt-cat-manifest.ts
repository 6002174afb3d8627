import { z } from 'zod';

import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { assertPodId, parseJson } from './parse-output.ts';

const nameValue = z.object({ name: z.string(), value: z.string() });

const portSchema = z.looseObject({
  name: z.string(),
  protocol: z.string(),
  port: z.number().int(),
  count: z.number().int().optional(),
});

const appSchema = z.looseObject({
  name: z.string(),
  image: z.looseObject({ name: z.string().nullish(), id: z.string(), labels: z.array(nameValue).nullish() }),
  /** Absent when that of the image is used unchanged. */
  app: z
    .looseObject({
      exec: z.array(z.string()).nullish(),
      user: z.string().optional(),
      group: z.string().optional(),
      supplementaryGIDs: z.array(z.number().int()).nullish(),
      workingDirectory: z.string().optional(),
      environment: z.array(nameValue).nullish(),
      ports: z.array(portSchema).nullish(),
    })
    .nullish(),
  mounts: z.array(z.looseObject({ volume: z.string(), path: z.string() })).nullish(),
});

/** The parts of a pod manifest that the driver uses. */
export const podManifestSchema = z.looseObject({
  acVersion: z.string(),
  acKind: z.literal('PodManifest'),
  apps: z.array(appSchema).nullish(),
  volumes: z.array(z.looseObject({ name: z.string(), kind: z.string() })).nullish(),
  ports: z.array(z.looseObject({ name: z.string(), hostPort: z.number().int() })).nullish(),
});

export type PodManifest = z.infer<typeof podManifestSchema>;

/**
 * Runs `rkt cat-manifest`.
 *
 * @throws {@link RktError} RKT_ERR_POD_NOT_FOUND, or RKT_ERR_RKT_FAILED without a message when the manifest is missing
 */
export async function catManifest(
  runner: RktRunner,
  podId: string,
  options: CallOptions = {},
): Promise<PodManifest> {
  assertPodId(podId);
  return parsePodManifest(
    (await runner.run(['cat-manifest', '--pretty-print=false', podId], options)).stdout,
  );
}

/** Parses the output of `rkt cat-manifest`, pretty or not. */
export function parsePodManifest(stdout: string): PodManifest {
  return parseJson(podManifestSchema, stdout, 'the pod manifest');
}
