import stringWidth from 'string-width';

const SEGMENTER = new Intl.Segmenter();
const ASCII = /^[ -~]*$/;

/** The graphemes of a text. */
export function lettersOf(text: string): string[] {
  return ASCII.test(text) ? text.split('') : Array.from(SEGMENTER.segment(text), (one) => one.segment);
}

/** The width of a text in terminal cells. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
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
