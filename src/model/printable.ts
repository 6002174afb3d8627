/**
 * Characters that a terminal interprets or that change the appearance of a line: control characters (C0, DEL, C1),
 * line and paragraph separators, bidirectional controls, invisible characters and unpaired surrogates.
 */
const UNSAFE = new RegExp(
  '[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Bidi_Control}\\u200b\\u2060-\\u2064\\ufeff\\ufff9-\\ufffb]',
  'gu',
);

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from outside, as one line that a terminal only displays: each unsafe character is written as an escape, `\n`,
 * `\x1b` or `\u202e`. Other text, backslashes included, is unchanged.
 */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (character) => SHORT[character] ?? escaped(character));
}

/** JSON text with the same value, in which the same characters are escaped as well: JSON.stringify leaves most of them. */
export function printableJson(json: string): string {
  return json.replaceAll(UNSAFE, (character) => `\\u${hex(character, 4)}`);
}

/** The first unsafe character of a text as Unicode writes it, `U+001B`; undefined when there is none. */
export function unsafeCharacter(text: string): string | undefined {
  const [found] = text.match(UNSAFE) ?? [];
  return found === undefined ? undefined : `U+${hex(found, 4).toUpperCase()}`;
}

function escaped(character: string): string {
  return character < '\u0100' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
