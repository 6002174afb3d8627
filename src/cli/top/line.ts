import { printable } from '../../model/printable.ts';

/** The meaning of a piece of text; the screen chooses the colour. */
export type Tone = 'plain' | 'title' | 'dim' | 'good' | 'warn' | 'bad' | 'accent';

/** Some text of one tone. */
export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the screen. */
export interface Line {
  readonly segments: readonly Segment[];
  /** The selected line. */
  readonly isSelected?: boolean;
}

export function segment(text: string, tone: Tone = 'plain'): Segment {
  return { text, tone };
}

export function line(text: string, tone: Tone = 'plain'): Line {
  return { segments: [segment(text, tone)] };
}

export const EMPTY_LINE: Line = { segments: [] };

export function lineText({ segments }: Line): string {
  return segments.map(({ text }) => text).join('');
}

/** Cut or padded to a width, with `…` for the removed end. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  if (width <= 0) return '';
  const letters = lettersOf(text);
  const length = widthOf(text);
  if (length > width) {
    const kept = taken(letters, width - 1);
    return `${kept}…${' '.repeat(width - 1 - widthOf(kept))}`;
  }
  const gap = ' '.repeat(width - length);
  return align === 'left' ? text + gap : gap + text;
}

/** The same, but the beginning is removed. */
export function fitEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return fit(text, width);
  const kept = taken(lettersOf(text).reverse(), width - 1);
  const end = lettersOf(kept).reverse().join('');
  return fit(`…${end}`, width);
}

const SEGMENTER = new Intl.Segmenter();
const ASCII = /^[ -~]*$/;
/** Characters that terminals draw two cells wide. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** A grapheme. */
export function lettersOf(text: string): string[] {
  return ASCII.test(text) ? text.split('') : Array.from(SEGMENTER.segment(text), (one) => one.segment);
}

/** The width of a text in terminal cells. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  return lettersOf(text).reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);
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

/** Complete escape sequences: a rest of them would be shown as text. */
const SEQUENCES = new RegExp(
  ['\\u001b\\[[0-9;?]*[ -/]*[@-~]', '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)'].join('|'),
  'gu',
);

/** A line of the output of a task: without colours, tabs as spaces, and other control characters escaped. */
export function outputLine(text: string): string {
  return printable(text.replaceAll(SEQUENCES, '').replace(/\r+$/, '').replaceAll('\t', '    '));
}
