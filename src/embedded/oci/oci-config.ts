import { z } from 'zod';
import { RktFailure } from '../embedded-context.ts';
import { parseDocument } from './json-document.ts';

const MAX_ITEMS = 10_000;
const text = z.string().max(1024 * 1024);
const texts = z.array(text).max(MAX_ITEMS).nullish();
/** A set in Go's manner: the keys count. */
const keys = z.record(z.string().max(4096), z.unknown()).nullish();

const configSchema = z.object({
  architecture: z.string().max(64).nullish(),
  os: z.string().max(64).nullish(),
  variant: z.string().max(64).nullish(),
  created: z.string().max(64).nullish(),
  author: z.string().max(4096).nullish(),
  config: z
    .object({
      User: z.string().max(256).nullish(),
      Env: texts,
      Entrypoint: texts,
      Cmd: texts,
      WorkingDir: z.string().max(4096).nullish(),
      Volumes: keys,
      ExposedPorts: keys,
    })
    .nullish(),
  rootfs: z.object({
    type: z.literal('layers'),
    diff_ids: z
      .array(z.string().regex(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/, 'expected a digest'))
      .max(1000)
      .nullish(),
  }),
});

/** The config of an image: how it is run, and which layers it has. */
export type OciConfig = z.output<typeof configSchema>;

/** @throws RktFailure naming the places that are wrong */
export function parseConfig(configText: string): OciConfig {
  return parseDocument(configSchema, configText, 'config');
}

/** Digests of the unpacked layers. @throws RktFailure when there are not as many as layers */
export function diffIdsOf({ rootfs }: OciConfig, layers: number): readonly string[] {
  const ids = rootfs.diff_ids ?? [];
  if (ids.length === layers) return ids;
  throw new RktFailure(`the image has ${layers} layers, but its config names ${ids.length}`);
}
