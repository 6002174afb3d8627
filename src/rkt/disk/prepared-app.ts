import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { parsePodManifest, type PodManifest } from '../rkt-cat-manifest.ts';

type PodApp = NonNullable<PodManifest['apps']>[number];

/** The app of a prepared pod, and where its image is. */
export interface PreparedApp {
  readonly app: PodApp;
  /** Where the image is rendered: in the tree store, with an overlay over it later, or in the pod itself. */
  readonly imageRoot: string;
  /** The places at which the image wants something to be mounted. */
  readonly mountPoints: readonly { readonly path: string }[];
}

const imageSchema = z.looseObject({
  app: z.looseObject({ mountPoints: z.array(z.looseObject({ path: z.string() })).nullish() }).nullish(),
});

/** Reads what `rkt prepare` has left; undefined where it is not as rkt leaves it. */
export async function readPreparedApp(
  { rktDir }: { readonly rktDir: string },
  podId: string,
): Promise<PreparedApp | undefined> {
  const pod = join(rktDir, 'pods', 'prepared', podId);
  const text = await readFile(join(pod, 'pod'), 'utf8').catch(() => undefined);
  const app = text === undefined ? undefined : parsePodManifest(text).apps?.[0];
  if (app === undefined) return undefined;
  const tree = await readFile(join(pod, 'appsinfo', app.name, 'treeStoreID'), 'utf8').catch(() => undefined);
  const imageRoot =
    tree === undefined
      ? join(pod, 'stage1/rootfs/opt/stage2', app.name, 'rootfs')
      : join(rktDir, 'cas/tree', tree.trim(), 'rootfs');
  return { app, imageRoot, mountPoints: await imageMountPoints(join(pod, 'appsinfo', app.name, 'manifest')) };
}

async function imageMountPoints(path: string): Promise<PreparedApp['mountPoints']> {
  const manifest: unknown = await readFile(path, 'utf8')
    .then((text): unknown => JSON.parse(text))
    .catch(() => undefined);
  return imageSchema.safeParse(manifest).data?.app?.mountPoints ?? [];
}
