import { HIDDEN } from './hidden.ts';

/**
 * The part between the scheme and the host of a URL: a user, often with a password. The length of a scheme is
 * bounded, because otherwise each letter of a long text would start a search to its end.
 */
const CREDENTIALS = /([a-z][a-z0-9+.-]{0,31}:\/\/)([^\s/?#"'`]*)@/gi;

/** A text, an image for example, with `https://…@host/` in place of `https://user:password@host/`. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(CREDENTIALS, `$1${HIDDEN}@`);
}

/** `user:password` of the first URL in a text that has it. */
export function credentialsIn(text: string): string | undefined {
  const [found] = text.matchAll(CREDENTIALS);
  return found?.[2];
}
