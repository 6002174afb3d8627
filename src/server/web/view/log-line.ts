import type { AnsiColour, AnsiStyle } from '../logic/ansi-text.ts';
import { absoluteText, clockText } from '../logic/format.ts';
import type { ShownLine } from '../logic/log-buffer.ts';
import { drawnPieces, type DrawnPiece } from '../logic/log-search.ts';
import { h } from './dom.ts';

const UNKNOWN_TIME = 'It was written before the agent watched this log: its time is not known';

/** One line of a log: when it was complete, which output it is of, and its text with the matches marked. */
export function logLine(line: ShownLine, search: RegExp | undefined): HTMLElement {
  const { timeMs, stream, level } = line;
  const element = h('div', { class: 'line', 'data-stream': stream, 'data-level': level });
  const text = h('span', { class: 'text' });
  text.append(...drawnPieces(line, search).map(piece));
  element.append(timeOf(timeMs), h('span', { class: 'output' }, stream === 'stdout' ? 'out' : 'err'), text);
  return element;
}

function timeOf(timeMs: number | undefined): HTMLElement {
  if (timeMs === undefined) return h('span', { class: 'time', title: UNKNOWN_TIME });
  const ms = h('span', { class: 'ms' }, `.${String(Math.floor(timeMs) % 1_000).padStart(3, '0')}`);
  const datetime = new Date(timeMs).toISOString();
  return h('time', { class: 'time', datetime, title: absoluteText(timeMs) }, clockText(timeMs), ms);
}

function piece({ text, style, match }: DrawnPiece): Node {
  const classes = classesOf(style);
  if (match === undefined && classes.length === 0) return document.createTextNode(text);
  const element = h(match === undefined ? 'span' : 'mark', { class: classes.join(' ') }, text);
  if (match !== undefined) element.dataset['match'] = String(match);
  setColour(element, '--ansi-text', style.inverse === true ? style.background : style.colour);
  setColour(element, '--ansi-back', style.inverse === true ? style.colour : style.background);
  return element;
}

function classesOf(style: AnsiStyle): readonly string[] {
  const [text, back] =
    style.inverse === true ? [style.background, style.colour] : [style.colour, style.background];
  return [
    style.bold === true && 'ansi-bold',
    style.dim === true && 'ansi-dim',
    style.italic === true && 'ansi-italic',
    (style.underline === true || style.strike === true) && 'ansi-line',
    style.strike === true && 'ansi-strike',
    text !== undefined && 'ansi-text',
    back !== undefined && 'ansi-back',
    style.inverse === true && back === undefined && 'ansi-inverse',
  ].filter((name) => name !== false);
}

/** Set as a property: the page's policy lets no style attribute in. */
function setColour(element: HTMLElement, name: string, colour: AnsiColour | undefined): void {
  if (colour === undefined) return;
  element.style.setProperty(name, typeof colour === 'number' ? `var(--ansi-${colour})` : colour);
}
