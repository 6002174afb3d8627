import { rmSync } from 'node:fs';
import { imageLimits } from '../aci/image-limits.ts';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import type { OciImage } from '../oci/oci-image.ts';
import type { ImageOrigin } from '../oci/origin.ts';
import { adoptAci } from '../store/adopt.ts';
import type { StorePaths } from '../store/paths.ts';
import type { PullDirectory } from '../store/pull-directory.ts';
import { takePullDirectory } from '../store/pull-directory.ts';
import { readRemote, writeRemote } from '../store/remotes.ts';
import { temporaryPath } from '../store/temporary.ts';
import { requireAllowable } from '../trust/require-allowed.ts';
import { resolveManifest } from './manifests.ts';
import { Progress } from './progress.ts';
import { pullImage } from './pull.ts';
import type { ImageReference } from './reference.ts';
import { aciName, aciVersion, urlOf } from './reference.ts';
import { realPace } from './retry.ts';
import { ImageSources } from './image-sources.ts';

/** What one fetch is about. */
interface Fetch {
  readonly ctx: RktContext;
  readonly paths: StorePaths;
  readonly reference: ImageReference;
  /** As it was typed, without `docker://`. */
  readonly typed: string;
  readonly url: string;
}

/**
 * Fetches an image of a registry and takes it into the store as an ACI. The same image is fetched by one command at a time; the others
 * use what it has brought. An image whose manifest is still the one of the store is not downloaded again.
 *
 * @returns the image's id
 * @throws RktFailure; what was downloaded is kept for a day when the download failed, and removed when the image is no good
 */
export async function fetchDockerImage(
  ctx: RktContext,
  paths: StorePaths,
  reference: ImageReference,
  imageArg: string,
): Promise<string> {
  if (!ctx.insecure.has('image'))
    throw new RktFailure(
      'signature verification for docker images is not supported (try --insecure-options=image)',
    );
  const url = urlOf(reference);
  const startedMs = Date.now();
  if (ctx.debug) ctx.stderr(`image: remote fetching from URL ${JSON.stringify(imageArg)}\n`);
  const directory = await takePullDirectory(ctx, paths.pulls, url);
  try {
    const remote = readRemote(paths, url);
    if (directory.hasWaited && remote !== undefined && remote.downloadedAtMs >= startedMs) return remote.id;
    const typed = imageArg.replace(/^docker:\/\//, '');
    return await fetchNow({ ctx, paths, reference, typed, url }, directory);
  } finally {
    await directory.release();
  }
}

async function fetchNow(fetch: Fetch, directory: PullDirectory): Promise<string> {
  const { ctx, paths, reference, url } = fetch;
  const sources = new ImageSources(ctx, reference, realPace);
  const resolved = await resolveManifest(ctx, sources, reference);
  requireAllowable(ctx, url, resolved.digest);
  const remote = readRemote(paths, url);
  const isCurrent = remote?.etag === resolved.digest;
  const progress = new Progress(ctx);
  try {
    const pulled = isCurrent
      ? undefined
      : await pullImage(ctx, sources, resolved, { dir: directory.path, progress });
    return await keep(fetch, {
      pulled,
      known: remote?.id ?? '',
      digest: resolved.digest,
      directory,
      progress,
    });
  } finally {
    progress.end();
  }
}

/** What is to be kept of a fetch. */
interface Fetched {
  readonly pulled: OciImage | undefined;
  /** The image that the store has, when nothing had to be pulled. */
  readonly known: string;
  readonly digest: string;
  readonly directory: PullDirectory;
  readonly progress: Progress;
}

/** Takes the image into the store. The blobs are removed in any case: a broken image is not better the next time. */
async function keep(fetch: Fetch, { pulled, known, digest, directory, progress }: Fetched): Promise<string> {
  const { paths, url } = fetch;
  try {
    if (pulled !== undefined) progress.step('Unpacking');
    const id = pulled === undefined ? known : await convert(fetch, pulled);
    writeRemote(paths, { url, id, downloadedAtMs: Date.now(), etag: digest });
    return id;
  } finally {
    directory.remove();
  }
}

async function convert({ ctx, paths, reference, typed }: Fetch, image: OciImage): Promise<string> {
  const { convertImage } = await import('../oci/convert.ts');
  const aci = `${temporaryPath(paths, 'converted')}.aci`;
  try {
    return adoptAci(paths, await convertImage(ctx, image, originOf(reference, typed), aci), imageLimits(ctx));
  } finally {
    rmSync(aci, { force: true });
  }
}

function originOf(reference: ImageReference, originalName: string): ImageOrigin {
  const version = aciVersion(reference);
  return {
    name: aciName(reference),
    ...(version === undefined ? {} : { version }),
    originalName,
    registryUrl: reference.registry,
    repository: reference.repository,
  };
}
