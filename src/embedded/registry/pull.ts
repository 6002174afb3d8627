import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { imageLimits } from '../aci/image-limits.ts';
import type { RktContext } from '../embedded-context.ts';
import type { LayerBlob, OciImage } from '../oci/oci-image.ts';
import type { OciDescriptor } from '../oci/oci-manifest.ts';
import { downloadBlob } from './blob.ts';
import { fetchConfig } from './manifests.ts';
import type { ResolvedManifest } from './manifests.ts';
import type { Progress } from './progress.ts';
import type { ImageSources } from './image-sources.ts';

const PARALLEL = 3;

export interface PullTarget {
  /** The directory of the blobs. */
  readonly dir: string;
  readonly progress: Progress;
}

/**
 * Downloads config and layers of an image into a directory, three layers at a time.
 *
 * @throws RktFailure of the first that fails; what is complete, or has begun, stays for the next call
 */
export async function pullImage(
  ctx: RktContext,
  sources: ImageSources,
  { digest, manifest }: ResolvedManifest,
  { dir, progress }: PullTarget,
): Promise<OciImage> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const configText = await fetchConfig(ctx, sources, manifest.config);
  const layers = manifest.layers.map((blob) => layerBlob(blob, dir));
  const distinct = [...new Map(manifest.layers.map((blob) => [blob.digest, blob])).values()];
  const lines = new Map(distinct.map((blob) => [blob, progress.add(blob.digest, blob.size)]));
  const limits = imageLimits(ctx);
  await inParallel(distinct, (blob, signal) =>
    downloadBlob(sources, {
      blob,
      file: fileOf(blob, dir),
      limits,
      signal,
      progress: (bytes) => lines.get(blob)?.(bytes),
    }),
  );
  return { manifestDigest: digest, configDigest: manifest.config.digest, configText, layers };
}

function layerBlob(blob: OciDescriptor, dir: string): LayerBlob {
  return { digest: blob.digest, mediaType: blob.mediaType, file: fileOf(blob, dir), bytes: blob.size };
}

/** Digests are checked, so this is one name. */
function fileOf({ digest }: OciDescriptor, dir: string): string {
  return join(dir, digest.replace(':', '-'));
}

/** Works on a few at a time; the first failure ends the others. */
async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && !abort.signal.aborted; item = waiting.shift())
      await work(item, abort.signal);
  };
  const workers = Array.from({ length: PARALLEL }, () =>
    worker().catch((error: unknown) => {
      const isFirst = !abort.signal.aborted;
      abort.abort();
      if (isFirst) throw error;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
