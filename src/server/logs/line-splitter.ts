import { StringDecoder } from 'node:string_decoder';

/** A line of one output, or a piece of one. */
export interface LinePiece {
  readonly text: string;
  /** It continues the piece before it of the same output. */
  readonly isContinued: boolean;
}

/** Longer lines come in pieces. */
export const MAX_LINE_LENGTH = 16_384;

/** Splits what one output has written into lines, without their ends. */
export interface LineSplitter {
  add(bytes: Buffer): readonly LinePiece[];
  /** What is there of a line that has no end yet. */
  rest(): readonly LinePiece[];
  /** The bytes of the line that has no end yet. */
  restBytes(): number;
  /** What follows does not continue what was there. */
  reset(): void;
}

export function createLineSplitter(): LineSplitter {
  let decoder = new StringDecoder('utf8');
  let rest = '';
  let restBytes = 0;
  let isContinued = false;
  const take = (text: string, isEnded: boolean): LinePiece => {
    const piece = { text, isContinued };
    isContinued = !isEnded;
    return piece;
  };
  return {
    add(bytes) {
      const pieces: LinePiece[] = [];
      const lines = (rest + decoder.write(bytes)).split('\n');
      const lastEnd = bytes.lastIndexOf(10);
      restBytes = lastEnd < 0 ? restBytes + bytes.length : bytes.length - lastEnd - 1;
      rest = lines.pop() ?? '';
      for (const line of lines) pieces.push(take(line.endsWith('\r') ? line.slice(0, -1) : line, true));
      if (rest.length > MAX_LINE_LENGTH) {
        pieces.push(take(rest, false));
        [rest, restBytes] = ['', 0];
      }
      return pieces;
    },
    rest() {
      const pieces = rest === '' ? [] : [take(rest, false)];
      [rest, restBytes] = ['', 0];
      return pieces;
    },
    restBytes: () => restBytes,
    reset() {
      decoder = new StringDecoder('utf8');
      [rest, restBytes, isContinued] = ['', 0, false];
    },
  };
}
