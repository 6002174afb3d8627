import { isRktError, RktError } from '../../model/rkt-error.ts';
import type { Image } from '../../rkt/rkt-image-list.ts';
import { imageManifest, type ImageManifestText } from '../../rkt/rkt-image-manifest.ts';
import { findImage } from './find-image.ts';
import type { ImageSession } from './image-session.ts';
import { imageSource } from './image-source.ts';
import { pullImage } from './pull-image.ts';

/** An image that another one is built on. */
export interface ImageBase {
  readonly id: string;
  readonly manifest: ImageManifestText;
}

/**
 * The image of the store that a text means, else the one that is fetched by it.
 *
 * @throws RKT_ERR_IMAGE when there is none, RKT_ERR_IMAGE_BUILD when it was interrupted
 */
export async function imageBase(session: ImageSession, text: string): Promise<ImageBase> {
  const { runner } = session;
  const id = (await stored(session, text))?.id ?? (await fetched(session, text));
  return { id, manifest: await imageManifest(runner, id) };
}

async function stored({ runner }: ImageSession, text: string): Promise<Image | undefined> {
  try {
    return await findImage(runner, text);
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_IMAGE_NOT_FOUND')) return undefined;
    throw error;
  }
}

async function fetched(session: ImageSession, text: string): Promise<string> {
  const source = imageSource(text, process.cwd());
  source.check(session.runner);
  const id = await pullImage(session, source, {});
  if (id === undefined) throw new RktError('RKT_ERR_IMAGE_BUILD', 'The fetch of the base was interrupted');
  return id;
}
