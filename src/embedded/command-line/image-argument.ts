import type { RktContext } from '../embedded-context.ts';
import { wrapFailure } from '../embedded-context.ts';
import type { StoredImage } from '../store/image-store.ts';
import { findStored, useStored } from '../store/image-store.ts';

/** The stored image that an argument of an `image` command names. @throws RktFailure in rkt's words */
export function imageArgument(ctx: RktContext, text: string): StoredImage {
  return withoutMessage(() => findStored(ctx, text));
}

/** The same, and notes that the image was used, for `image gc`. @throws RktFailure in rkt's words */
export function usedImageArgument(ctx: RktContext, text: string): StoredImage {
  return withoutMessage(() => useStored(ctx, text));
}

/** The chain begins with an empty message: only the innermost text is shown, all of it with `--debug`. */
function withoutMessage(find: () => StoredImage): StoredImage {
  try {
    return find();
  } catch (error) {
    throw wrapFailure(wrapFailure(error, 'cannot find image'), '');
  }
}
