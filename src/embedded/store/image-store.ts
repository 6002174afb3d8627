import type { RktContext } from '../context.ts';
import type { ImageManifest, ManifestPair } from '../manifest/image-manifest.ts';

/** An image in the store. */
export interface StoredImage {
  /** `sha512-` and 64 hex digits. */
  readonly id: string;
  readonly manifest: ImageManifest;
  readonly name: string;
  readonly labels: readonly ManifestPair[];
  /** When it was imported, ms since the epoch. */
  readonly importedAtMs: number;
}

/** How an image argument is looked up. */
export interface FindOptions {
  /** `new` (store first), `never` (store only) or `update` (never from the store, for names and URLs). */
  readonly pullPolicy: string;
  /** Path of a detached signature; default is the image's path plus `.asc`. */
  readonly signature?: string;
}

/** An image laid out on disk with its dependencies. */
export interface RenderedTree {
  /** `deps-sha512-` and 64 hex digits. */
  readonly treeStoreId: string;
  /** May not exist: an image without a rootfs renders to nothing. */
  readonly rootfsDir: string;
  readonly manifestPath: string;
}

/** Finds an image by hash, path, URL or name, importing it where rkt would. @throws RktFailure */
export async function findImage(_ctx: RktContext, _imageArg: string, _options: FindOptions): Promise<StoredImage> {
  return Promise.reject(new Error('not there yet'));
}

/** An image by the (prefix of the) id. @throws RktFailure */
export async function findImageById(_ctx: RktContext, _id: string): Promise<StoredImage> {
  return Promise.reject(new Error('not there yet'));
}

/** Renders an image into the tree store, once. */
export async function renderTree(_ctx: RktContext, _image: StoredImage): Promise<RenderedTree> {
  return Promise.reject(new Error('not there yet'));
}

/** Renders an image into a directory of the caller: `destDir/{manifest,rootfs}`, for pods without overlayfs. */
export async function copyTree(_ctx: RktContext, _image: StoredImage, _destDir: string): Promise<void> {
  return Promise.reject(new Error('not there yet'));
}
