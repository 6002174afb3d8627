import { RktFailure } from '../../embedded/embedded-context.ts';
import { aciName, aciVersion, parseReference } from '../../embedded/registry/reference.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { RktRunner } from '../../rkt/command-runner.ts';
import { listImages, type Image } from '../../rkt/rkt-image-list.ts';

const PREFIX = 'sha512-';
const BARE_ID = /^[0-9a-f]{2,64}$/;

/** An image of the store, by text of the user's; see {@link matchImage}. @throws RKT_ERR_IMAGE_NOT_FOUND */
export async function findImage(runner: RktRunner, wanted: string): Promise<Image> {
  return matchImage(await listImages(runner), wanted);
}

/**
 * The image that a text means: a name, with or without its version; the beginning of an id, with or without `sha512-`; or what docker
 * calls the image. Of several with one name the version `latest`.
 *
 * @throws RKT_ERR_IMAGE_NOT_FOUND when there is none, or several
 */
export function matchImage(images: readonly Image[], wanted: string): Image {
  const found = [byName, byId, byReference]
    .map((find) => find(images, wanted))
    .find((matches) => matches.length > 0);
  if (found === undefined) throw new RktError('RKT_ERR_IMAGE_NOT_FOUND', `no image "${wanted}" in the store`);
  const [image] = found.length === 1 ? found : found.filter(({ name }) => name.endsWith(':latest'));
  if (image !== undefined) return image;
  const all = found.map(({ name, id }) => `${name} (${shortId(id)})`).join(', ');
  throw new RktError('RKT_ERR_IMAGE_NOT_FOUND', `several images match "${wanted}": ${all}`);
}

/** `sha512-8b23a1b9c4d5`. */
export function shortId(id: string): string {
  return id.slice(0, PREFIX.length + 12);
}

function byId(images: readonly Image[], text: string): readonly Image[] {
  const prefix = text.startsWith(PREFIX) ? text : BARE_ID.test(text) ? `${PREFIX}${text}` : undefined;
  return prefix === undefined ? [] : images.filter(({ id }) => id.startsWith(prefix));
}

function byName(images: readonly Image[], text: string): readonly Image[] {
  const exact = images.filter(({ name }) => name === text);
  return exact.length > 0 ? exact : images.filter(({ name }) => name.split(':')[0] === text);
}

function byReference(images: readonly Image[], text: string): readonly Image[] {
  try {
    const reference = parseReference(text.startsWith('docker://') ? text : `docker://${text}`);
    const version = aciVersion(reference);
    return byName(images, `${aciName(reference)}${version === undefined ? '' : `:${version}`}`);
  } catch (error) {
    if (error instanceof RktFailure) return [];
    throw error;
  }
}
