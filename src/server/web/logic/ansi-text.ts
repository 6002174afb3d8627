/** One of the 16 colours of a terminal, or `rgb(r g b)`. */
export type AnsiColour = number | string;

export interface AnsiStyle {
  readonly colour?: AnsiColour | undefined;
  readonly background?: AnsiColour | undefined;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}

/** Text of one style. */
export interface AnsiSegment {
  readonly text: string;
  readonly style: AnsiStyle;
}

/** Reads the lines of one output: a style lasts until the app changes it. */
export interface AnsiParser {
  parse(line: string): readonly AnsiSegment[];
}

// Built from codes: a control character in a regular expression is an error of the linter.
const [ESC, BELL, CSI] = ['\\u001b', '\\u0007', '\\u009b'];
/** Control sequences, then links, titles and other strings up to their end, then other escapes. */
const SEQUENCE = new RegExp(
  `(?:${ESC}\\[|${CSI})([0-?]*)[ -/]*([@-~])|${ESC}[\\]PX^_].*?(?:${BELL}|${ESC}\\\\|$)|${ESC}[ -/]*[0-~]?`,
  'g',
);
const CONTROLS = /(?!\t)\p{Cc}/gu;
const PLAIN: AnsiStyle = {};

/** Colours and attributes of text; every other control sequence is left out. The texts are text, never HTML. */
export function createAnsiParser(): AnsiParser {
  let style = PLAIN;
  return {
    parse(line) {
      const segments: AnsiSegment[] = [];
      const append = (text: string): void => {
        const shown = text.replaceAll(CONTROLS, '');
        if (shown !== '') segments.push({ text: shown, style });
      };
      let at = 0;
      const visible = lastOverwrite(line);
      for (const match of visible.matchAll(SEQUENCE)) {
        append(visible.slice(at, match.index));
        at = match.index + match[0].length;
        if (match[2] === 'm') style = styled(style, match[1] ?? '');
      }
      append(visible.slice(at));
      return segments;
    },
  };
}

/** A progress display returns to the begin of its line and writes over it: its last state is what a terminal shows. */
function lastOverwrite(line: string): string {
  const states = line.split('\r').filter((state) => state !== '');
  return states.at(-1) ?? '';
}

function styled(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  let style = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, length } = extended(codes.slice(at + 1));
      at += length;
      if (colour !== undefined) style = { ...style, [code === 38 ? 'colour' : 'background']: colour };
    } else style = changed(style, code);
  }
  return style;
}

const ATTRIBUTES: Readonly<Record<number, AnsiStyle>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { colour: undefined },
  49: { background: undefined },
};

function changed(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return PLAIN;
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, colour: code - 82 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return { ...style, ...ATTRIBUTES[code] };
}

/** `5;N` is one of 256 colours, `2;R;G;B` any. */
function extended([kind, ...rest]: readonly number[]): {
  readonly colour: AnsiColour | undefined;
  readonly length: number;
} {
  if (kind === 5) return { colour: paletteColour(rest[0]), length: 2 };
  if (kind !== 2) return { colour: undefined, length: 0 };
  const rgb = rest.slice(0, 3).map((part) => Math.min(255, part));
  const isColour = rgb.length === 3 && rgb.every((part) => Number.isInteger(part));
  return { colour: isColour ? `rgb(${rgb.join(' ')})` : undefined, length: 4 };
}

/** 16 colours of the theme, a cube of 6 × 6 × 6, and 24 grays. */
function paletteColour(index: number | undefined): AnsiColour | undefined {
  if (index === undefined || !Number.isInteger(index) || index > 255) return undefined;
  if (index < 16) return index;
  if (index >= 232)
    return `rgb(${Array<number>(3)
      .fill(8 + (index - 232) * 10)
      .join(' ')})`;
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return `rgb(${parts.map((part) => (part === 0 ? 0 : 55 + part * 40)).join(' ')})`;
}
