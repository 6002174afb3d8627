import { createRequire } from 'node:module';

type StringWidth = typeof import('string-width');

/** Characters that are a grapheme of one cell each: ASCII, Latin, punctuation, arrows and box drawing. */
const PLAIN = /^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2190-\u2193\u2500-\u259f]*$/;

let unicode: ReturnType<typeof loadUnicode> | undefined;

/** What any text needs. Loading it takes 30 ms, half as long as Node itself takes to start: few commands print such texts. */
function loadUnicode() {
  const { default: stringWidth } = createRequire(import.meta.url)('string-width') as StringWidth;
  return { stringWidth, segmenter: new Intl.Segmenter() };
}

/** The graphemes of a text. */
export function lettersOf(text: string): string[] {
  if (PLAIN.test(text)) return text.split('');
  return Array.from((unicode ??= loadUnicode()).segmenter.segment(text), ({ segment }) => segment);
}

/** The width of a text in terminal cells. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : (unicode ??= loadUnicode()).stringWidth(text);
}

/** Padded to a width in cells; a wider text stays as it is. */
export function padTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const gap = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + gap : gap + text;
}

/** Cut or padded to a width, with `…` for the removed end. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return padTo(text, width, align);
  return padTo(`${taken(lettersOf(text), width - 1)}…`, width);
}

/** The same, but the beginning is removed. */
export function fitEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return fit(text, width);
  const kept = taken(lettersOf(text).reverse(), width - 1);
  const end = lettersOf(kept).reverse().join('');
  return fit(`…${end}`, width);
}

function taken(letters: readonly string[], width: number): string {
  let kept = '';
  let space = width;
  for (const letter of letters) {
    space -= widthOf(letter);
    if (space < 0) break;
    kept += letter;
  }
  return kept;
}
