import { readFileSync } from 'node:fs';
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

/**
 * Reads what `rkt prepare` has left; undefined where it is not as rkt leaves it. Synchronous on purpose: rkt has just written these
 * small files.
 */
export function readPreparedApp(
  { rktDir }: { readonly rktDir: string },
  podId: string,
): PreparedApp | undefined {
  const pod = join(rktDir, 'pods', 'prepared', podId);
  const text = textOf(join(pod, 'pod'));
  const app = text === undefined ? undefined : parsePodManifest(text).apps?.[0];
  if (app === undefined) return undefined;
  const tree = textOf(join(pod, 'appsinfo', app.name, 'treeStoreID'));
  const imageRoot =
    tree === undefined
      ? join(pod, 'stage1/rootfs/opt/stage2', app.name, 'rootfs')
      : join(rktDir, 'cas/tree', tree.trim(), 'rootfs');
  return { app, imageRoot, mountPoints: imageMountPoints(join(pod, 'appsinfo', app.name, 'manifest')) };
}

function imageMountPoints(path: string): PreparedApp['mountPoints'] {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return imageSchema.safeParse(manifest).data?.app?.mountPoints ?? [];
  } catch {
    return [];
  }
}

/** True for a prepared pod of fly or of the embedded rkt, whose app is only chrooted. */
export function isLikeFly(rktDir: string, podId: string): boolean {
  const text = textOf(join(rktDir, 'pods', 'prepared', podId, 'stage1', 'manifest')) ?? '';
  return /"name":\s*"[^"]*stage1-(?:fly|embedded)[^"]*"/.test(text);
}

/** Undefined for what cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
