import { createReadStream, existsSync, rmSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure, requireProcess } from '../embedded-context.ts';
import type { ImageManifest } from '../manifest/aci-manifest.ts';
import { imageLimits } from '../aci/image-limits.ts';
import type { ArchiveArgument } from '../oci/archive-argument.ts';
import { archiveArgument } from '../oci/archive-argument.ts';
import type { StoredImage } from './lookup.ts';
import type { ImageName } from './lookup.ts';
import {
  findByName,
  formatImageName,
  isHash,
  loadImage,
  lookUp,
  parseImageName,
  resolveId,
} from './lookup.ts';
import type { StorePaths } from './paths.ts';
import { storePaths } from './paths.ts';
import { fetchDependencies } from './dependencies.ts';
import { readRecords, writeRecord } from './store-records.ts';
import { readRemote } from './remotes.ts';
import type { RenderedTree } from './render.ts';
import { renderInto, renderTo } from './render.ts';
import { temporaryPath } from './temporary.ts';
import { requireAllowable, requireAllowed } from '../trust/require-allowed.ts';

export type { StoredImage } from './lookup.ts';
export type { RenderedTree } from './render.ts';

/** How an image argument is resolved. */
export interface FindOptions {
  /** `new` (store first), `never` (store only) or `update` (never from the store, for names and URLs). */
  readonly pullPolicy: string;
  /** Path of a detached signature; default is the image's path plus `.asc`. */
  readonly signature?: string;
  /** False: a hash is taken for a name, as `fetch` does. Default true. */
  readonly allowHash?: boolean;
}

/**
 * Finds an image by hash, path, URL or name, and fetches the dependencies that the store lacks. Files are imported every time, URLs and
 * names as the pull policy says.
 *
 * @throws RktFailure with rkt's messages
 */
export async function findImage(
  ctx: RktContext,
  imageArg: string,
  options: FindOptions,
): Promise<StoredImage> {
  const paths = storePaths(ctx);
  if (options.allowHash !== false && isHash(imageArg)) return findImageById(ctx, imageArg);
  requireAllowable(ctx, imageArg);
  const image = allowed(ctx, paths, await findByReference(ctx, paths, imageArg, options));
  // rendering says which dependency is missing
  if (options.pullPolicy === 'never') return image;
  await fetchDependencies(paths, image, async (name) => {
    requireAllowable(ctx, formatImageName(name));
    return allowed(ctx, paths, await fromName(ctx, paths, name, { pullPolicy: 'new' }));
  });
  return image;
}

/** The image, if no policy is against it. @throws RktFailure */
function allowed(ctx: RktContext, paths: StorePaths, image: StoredImage): StoredImage {
  requireAllowed(ctx, paths, image);
  return image;
}

async function findByReference(
  ctx: RktContext,
  paths: StorePaths,
  imageArg: string,
  options: FindOptions,
): Promise<StoredImage> {
  const archive = archiveArgument(ctx, imageArg);
  if (archive !== undefined) return fromArchive(ctx, paths, archive);
  const file = asFile(ctx, imageArg);
  if (file !== undefined) {
    if (ctx.debug) ctx.stderr(`image: using image from file ${file}\n`);
    return importFile(ctx, paths, file, options);
  }
  if (/^https?:\/\//.test(imageArg)) return fromUrl(ctx, paths, imageArg, options);
  if (imageArg.startsWith('docker://')) return fromRegistry(ctx, paths, imageArg, options);
  return fromName(ctx, paths, parseImageName(imageArg), options);
}

/** An image by (the beginning of) its id. @throws RktFailure */
export function findImageById(ctx: RktContext, id: string): Promise<StoredImage> {
  const paths = storePaths(ctx);
  return Promise.resolve(allowed(ctx, paths, used(paths, resolveId(paths, id))));
}

/** An image that is in the store, by id or name; nothing is fetched. @throws RktFailure */
export function findStored(ctx: RktContext, text: string): StoredImage {
  return lookUp(storePaths(ctx), text);
}

/** The same, and notes that it was used. @throws RktFailure */
export function useStored(ctx: RktContext, text: string): StoredImage {
  const paths = storePaths(ctx);
  return used(paths, lookUp(paths, text).id);
}

/** The uncompressed tar of an image. The stream fails with the error of the system. */
export function readBlob(ctx: RktContext, { id }: StoredImage): Readable {
  return createReadStream(storePaths(ctx).blob(id));
}

/** Renders an image into the tree store, once. @throws RktFailure */
export async function renderTree(ctx: RktContext, image: StoredImage): Promise<RenderedTree> {
  return renderInto(ctx, storePaths(ctx), image);
}

/** Renders an image into a directory of the caller: `destDir/{manifest,rootfs}`, for pods without overlayfs. */
export async function copyTree(ctx: RktContext, image: StoredImage, destDir: string): Promise<void> {
  return renderTo(ctx, storePaths(ctx), image, destDir);
}

/** Loads an image and notes that it was used. */
function used(paths: StorePaths, id: string): StoredImage {
  const record = readRecords(paths).find((candidate) => candidate.id === id);
  if (record !== undefined) writeRecord(paths, { ...record, lastUsedAtMs: Date.now() });
  return loadImage(paths, id);
}

/** The absolute path an image argument means, undefined when it is no file. */
function asFile(ctx: RktContext, imageArg: string): string | undefined {
  let path: string | undefined;
  if (imageArg.startsWith('file://')) path = fileURLToPath(imageArg);
  else if (/^[a-z]+:\/\//.test(imageArg)) return undefined;
  else if (imageArg.startsWith('/')) path = imageArg;
  else if (
    existsSync(resolve(ctx.cwd, imageArg)) ||
    imageArg.includes('./') ||
    /^[^:]*\.aci$/.test(imageArg)
  ) {
    path = resolve(ctx.cwd, imageArg);
  }
  if (path !== undefined && extname(path) !== '.aci') {
    throw new RktFailure(`invalid image string ${JSON.stringify(`file://${path}`)}`);
  }
  return path;
}

interface ImportOptions extends FindOptions {
  /** Throws for an image that is not the wanted one. */
  readonly check?: ((manifest: ImageManifest) => void) | undefined;
}

async function importFile(
  ctx: RktContext,
  paths: StorePaths,
  file: string,
  { signature, check }: ImportOptions,
): Promise<StoredImage> {
  requireProcess(ctx);
  const { importAci } = await import('./import.ts');
  const { detectCompression } = await import('../aci/decompress.ts');
  detectCompression(file);
  const limits = imageLimits(ctx);
  if (ctx.insecure.has('image')) return loadImage(paths, await importAci(paths, file, limits, check));
  const { checkSignature } = await import('../trust/signature.ts');
  // what is checked must be what is imported: the file might change in between, a copy of our own cannot
  const copy = `${temporaryPath(paths, 'checked')}.aci`;
  try {
    await checkSignature(ctx, file, copy, resolve(ctx.cwd, signature ?? `${file}.asc`));
    return loadImage(paths, await importAci(paths, copy, limits, check));
  } finally {
    rmSync(copy, { force: true });
  }
}

/** An image of `docker save`, or of an OCI layout. */
async function fromArchive(
  ctx: RktContext,
  paths: StorePaths,
  archive: ArchiveArgument,
): Promise<StoredImage> {
  requireProcess(ctx);
  const { importArchive } = await import('../oci/archive.ts');
  const { adoptAci } = await import('./adopt.ts');
  return importArchive(ctx, archive, (aci) => loadImage(paths, adoptAci(paths, aci, imageLimits(ctx))));
}

async function fromUrl(
  ctx: RktContext,
  paths: StorePaths,
  url: string,
  options: FindOptions,
): Promise<StoredImage> {
  const known = readRemote(paths, url);
  if (known !== undefined && options.pullPolicy !== 'update') return used(paths, known.id);
  if (options.pullPolicy === 'never') throw notFetched('URL', url);
  if (extname(new URL(url).pathname) !== '.aci')
    throw new RktFailure(`invalid image string ${JSON.stringify(url)}`);
  requireProcess(ctx);
  const { fetchUrl } = await import('./fetch-url.ts');
  return fetchUrl(ctx, paths, { aci: url, asc: `${url}.asc` }, (file, signature) =>
    importFile(ctx, paths, file, { ...options, signature: options.signature ?? signature }),
  );
}

async function fromRegistry(
  ctx: RktContext,
  paths: StorePaths,
  imageArg: string,
  options: FindOptions,
): Promise<StoredImage> {
  const { parseReference, urlOf } = await import('../registry/reference.ts');
  const reference = parseReference(imageArg);
  const known = options.pullPolicy === 'update' ? undefined : readRemote(paths, urlOf(reference));
  if (known !== undefined) return used(paths, known.id);
  if (options.pullPolicy === 'never') throw notFetched('URL', imageArg);
  requireProcess(ctx);
  const { fetchDockerImage } = await import('../registry/fetch-image.ts');
  return used(paths, await fetchDockerImage(ctx, paths, reference, imageArg));
}

async function fromName(
  ctx: RktContext,
  paths: StorePaths,
  name: ImageName,
  options: FindOptions,
): Promise<StoredImage> {
  const stored = options.pullPolicy === 'update' ? undefined : findByName(paths, name);
  if (stored !== undefined) return used(paths, stored.id);
  if (options.pullPolicy === 'never') throw notFetched('image name', formatImageName(name));
  requireProcess(ctx);
  const { fetchName } = await import('../discovery/fetch-name.ts');
  return fetchName(ctx, paths, name, (file, signature, check) =>
    importFile(ctx, paths, file, { ...options, signature: options.signature ?? signature, check }),
  );
}

function notFetched(kind: 'URL' | 'image name', text: string): RktFailure {
  return new RktFailure(
    `unable to fetch image from ${kind} ${JSON.stringify(text)}: either image was not found in the store or ` +
      'store was disabled and fetching from remote yielded nothing or it was disabled',
  );
}
