import type { OutputStream } from '../../../model/task-log.ts';
import type { AnsiSegment } from './ansi-text.ts';
import type { ShownLine } from './log-buffer.ts';
import { isAtLeast, type LogLevel } from './log-level.ts';

/** What is shown of a log. */
export interface LogFilter {
  readonly stream: OutputStream | 'both';
  readonly level: LogLevel | 'all';
  /** Only lines with a match. */
  readonly onlyMatches: boolean;
  readonly search: RegExp | undefined;
}

export function isShown(line: ShownLine, { stream, level, onlyMatches, search }: LogFilter): boolean {
  if (stream !== 'both' && stream !== line.stream) return false;
  if (level !== 'all' && !isAtLeast(line.level, level)) return false;
  return !onlyMatches || search === undefined || matchesIn(line.text, search).length > 0;
}

/** Text in any letter case, or `/a regular expression/`; one that is not valid is text. */
export function searchOf(query: string): RegExp | undefined {
  if (query === '') return undefined;
  const pattern = /^\/(.+)\/$/.exec(query)?.[1];
  try {
    if (pattern !== undefined) return new RegExp(pattern, 'gi');
  } catch {
    // It is searched for as text.
  }
  return new RegExp(query.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), 'gi');
}

/** From and to of each match, which never is empty. */
export function matchesIn(text: string, search: RegExp): readonly (readonly [number, number])[] {
  return [...text.matchAll(search)]
    .filter(([match]) => match !== '')
    .map((match) => [match.index, match.index + match[0].length] as const);
}

/** A piece of a line that is to be drawn in one way. */
export interface DrawnPiece extends AnsiSegment {
  /** The number of the match in the line that it belongs to. */
  readonly match?: number;
}

/** The segments of a line, cut where matches begin and end. */
export function drawnPieces(line: ShownLine, search: RegExp | undefined): readonly DrawnPiece[] {
  const matches = search === undefined ? [] : matchesIn(line.text, search);
  if (matches.length === 0) return line.segments;
  const pieces: DrawnPiece[] = [];
  let begin = 0;
  for (const { text, style } of line.segments) {
    const end = begin + text.length;
    const edges = matches.flat().filter((edge) => edge > begin && edge < end);
    [begin, ...edges].forEach((from, index) => {
      const to = edges[index] ?? end;
      const match = matches.findIndex(([first, after]) => from >= first && from < after);
      const piece = line.text.slice(from, to);
      if (piece !== '') pieces.push({ text: piece, style, ...(match >= 0 && { match }) });
    });
    begin = end;
  }
  return pieces;
}
