import type { AppArgs } from '../command-line/app-args.ts';
import type { StoredImage } from '../store/image-store.ts';

const ENTRYPOINT = 'appc.io/docker/entrypoint';
const CMD = 'appc.io/docker/cmd';

/**
 * The command line of an app: `--exec`, else that of the image, and the arguments after it.
 *
 * Of an image made from a docker image, arguments take the place of its `CMD`, as `docker run IMAGE ls /` does; those
 * that begin with an option follow it, as with rkt.
 */
export function appExec(
  image: Pick<StoredImage, 'manifest'>,
  { exec, args }: Pick<AppArgs, 'exec' | 'args'>,
): readonly string[] {
  if (exec !== undefined) return [exec, ...args];
  const own = image.manifest.app?.exec ?? [];
  const cmd = wordsOf(image, CMD);
  const isCommand = args[0] !== undefined && !args[0].startsWith('-');
  if (cmd.length === 0 || !isCommand) return [...own, ...args];
  const entrypoint = wordsOf(image, ENTRYPOINT);
  const isDockers = JSON.stringify(own) === JSON.stringify([...entrypoint, ...cmd]);
  return [...(isDockers ? entrypoint : own), ...args];
}

/** The words of an annotation that docker2aci makes, a JSON list; none when it is another text. */
function wordsOf({ manifest }: Pick<StoredImage, 'manifest'>, name: string): readonly string[] {
  const text = manifest.annotations?.find((annotation) => annotation.name === name)?.value ?? '[]';
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : [];
  } catch {
    return [];
  }
}
