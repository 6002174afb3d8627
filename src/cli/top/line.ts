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

/** Complete escape sequences: a rest of them would be shown as text. */
const SEQUENCES = new RegExp(
  ['\\u001b\\[[0-9;?]*[ -/]*[@-~]', '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)'].join('|'),
  'gu',
);

/** A line of the output of a task: without colours, tabs as spaces, and other control characters escaped. */
export function outputLine(text: string): string {
  return printable(text.replaceAll(SEQUENCES, '').replace(/\r+$/, '').replaceAll('\t', '    '));
}
