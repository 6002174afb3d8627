import { styleText } from 'node:util';

import { RktError } from '../model/rkt-error.ts';
import { printable, printableJson } from '../model/printable.ts';
import type { Settings } from './settings.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';
/** Colours text on a terminal, and returns it unchanged elsewhere. */
export type Paint = (colour: Colour, text: string) => string;

/** The output of a command: text for people, or one JSON object per line. */
export interface Output {
  readonly isJson: boolean;
  /** stdout is a terminal: lines may be redrawn. */
  readonly isTty: boolean;
  readonly paint: Paint;
  /** The columns of the terminal; unlimited elsewhere. */
  readonly width: number;
  /**
   * Writes a value: as JSON, or as text (nothing if that is empty), in which everything from outside must have passed
   * through {@link printable}.
   */
  print(value: object, text: () => string): void;
  /** Writes a text over the previous one; on anything but a terminal, below it. */
  redraw(text: string): void;
  /** One line on stderr about the current action. */
  notice(message: string): void;
  /** One line on stderr that does not change the exit code. */
  warn(message: string, fields?: object): void;
}

/** Standard output and error according to the settings. */
export function createOutput({ json }: Pick<Settings, 'json'>): Output {
  const { stdout, stderr } = process;
  const isTty = stdout.isTTY && !json;
  const paint = createPaint(!json && mayColour(isTty));
  return {
    isJson: json,
    isTty,
    paint,
    get width() {
      return isTty ? sizeOf(stdout.columns) : Number.POSITIVE_INFINITY;
    },
    print(value, text) {
      const line = json ? printableJson(JSON.stringify(value)) : text();
      if (line !== '') stdout.write(`${line}\n`);
    },
    redraw: (text) => stdout.write(isTty ? screenOf(text, sizeOf(stdout.rows)) : `${text}\n`),
    notice: (message) =>
      stderr.write(json ? jsonLine({ notice: { message } }) : `rkt-streams: ${printable(message)}\n`),
    warn(message, fields = {}) {
      stderr.write(
        json
          ? jsonLine({ warning: { message, ...fields } })
          : `rkt-streams: warning: ${printable(message)}\n`,
      );
    },
  };
}

export function createPaint(isOn: boolean): Paint {
  return (colour, text) => (isOn ? styleText(colour, text, { validateStream: false }) : text);
}

/** FORCE_COLOR wins over https://no-color.org, as in Node; an empty variable counts as absent. */
export function mayColour(isTty: boolean): boolean {
  const { FORCE_COLOR: force = '', NO_COLOR: none = '', TERM: terminal } = process.env;
  if (force !== '') return !['0', 'false'].includes(force);
  return isTty && none === '' && terminal !== 'dumb';
}

/** A terminal whose size was never set has 0 rows and columns. */
function sizeOf(cells: number): number {
  return cells > 0 ? cells : Number.POSITIVE_INFINITY;
}

/** Draws over the screen line by line, which does not flicker; what does not fit is counted. */
function screenOf(text: string, rows: number): string {
  const lines = text.split('\n');
  const space = rows - 1;
  const shown =
    lines.length <= space ? lines : [...lines.slice(0, space - 1), `… and ${lines.length - space + 1} more`];
  return `\x1b[H${shown.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`;
}

/** The report about an error that ended the command, with a stack trace only for debugging. */
export function errorText(error: unknown, { json, debug }: { json: boolean; debug: boolean }): string {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof RktError ? error.code : undefined;
  const trace = debug && stack !== undefined ? { stack: frames(stack) } : {};
  if (json)
    return jsonLine({ error: { code: code ?? 'UNEXPECTED', message, ...detailsOf(error), ...trace } });
  const first = `rkt-streams: ${code === undefined ? '' : `${code}: `}${printable(message)}\n`;
  return trace.stack === undefined ? first : `${first}${trace.stack}\n`;
}

function detailsOf(error: unknown): object {
  if (!(error instanceof RktError)) return {};
  const { cause: _cause, ...details } = error.details;
  return { recoverable: error.recoverable, ...details };
}

/** Without the message, which may contain lines that look like part of the stack trace. */
function frames(stack: string): string {
  const lines = stack.split('\n').filter((line) => line.startsWith('    at '));
  return lines.map(printable).join('\n');
}

function jsonLine(value: object): string {
  return `${printableJson(JSON.stringify(value))}\n`;
}
