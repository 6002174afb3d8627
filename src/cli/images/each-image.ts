import { errorText } from '../cli-output.ts';
import type { ImageSession } from './image-session.ts';

/**
 * Does the same with one image after the other. All are tried until an interrupt; the last failure ends the command, the others are
 * printed before it.
 */
export async function eachImage(
  { output, interrupt }: ImageSession,
  wanted: readonly string[],
  act: (wanted: string) => Promise<void>,
): Promise<undefined> {
  let last: { readonly error: unknown } | undefined;
  for (const text of wanted) {
    try {
      await act(text);
    } catch (error) {
      if (interrupt.received() !== undefined) throw error;
      if (last !== undefined)
        process.stderr.write(errorText(last.error, { json: output.isJson, debug: false }));
      last = { error };
    }
  }
  if (last !== undefined) throw last.error;
  return undefined;
}
