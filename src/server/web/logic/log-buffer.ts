import type { LogLine } from '../../logs/merged-log.ts';
import type { LinesFrame } from '../../logs/follow-lines.ts';
import type { OutputStream } from '../../../model/task-log.ts';
import { createAnsiParser, type AnsiSegment } from './ansi-text.ts';
import { levelOf, type LogLevel } from './log-level.ts';

/** A line as the page shows it. */
export interface ShownLine {
  /** Rises by one from line to line. */
  readonly number: number;
  readonly stream: OutputStream;
  readonly timeMs: number | undefined;
  readonly segments: readonly AnsiSegment[];
  /** Without control sequences: what is searched. */
  readonly text: string;
  readonly level: LogLevel | undefined;
}

/** The last lines of a task. */
export interface LogBuffer {
  add(frame: LinesFrame): void;
  lines(): readonly ShownLine[];
  /** Bytes before the first line that were not sent. */
  skippedBytes(): number;
}

export const LOG_LENGTH = 5_000;

export function createLogBuffer(length = LOG_LENGTH): LogBuffer {
  let lines: ShownLine[] = [];
  let parsers = newParsers();
  let skippedBytes = 0;
  let number = 0;
  const append = (line: LogLine): void => {
    const before = lines.findLastIndex(({ stream }) => stream === line.stream);
    const segments = parsers[line.stream].parse(line.text);
    const last = lines[before];
    if (line.continues === true && last !== undefined) {
      lines[before] = shownLine({ ...line, timeMs: line.timeMs ?? last.timeMs }, last.number, [
        ...last.segments,
        ...segments,
      ]);
      return;
    }
    const shown = shownLine(line, (number += 1), segments);
    lines.push(isPartOf(shown, last) ? { ...shown, level: last?.level } : shown);
  };
  return {
    add(frame) {
      const skipped = frame.skippedBytes ?? 0;
      if (frame.isFirst === true || skipped > 0) {
        // What is left of before would seem to be continued by what follows.
        [lines, parsers] = [[], newParsers()];
        skippedBytes = frame.isFirst === true ? skipped : skippedBytes + skipped;
      }
      frame.lines.forEach(append);
      if (lines.length > length) lines = lines.slice(-length);
    },
    lines: () => lines,
    skippedBytes: () => skippedBytes,
  };
}

function newParsers(): Record<OutputStream, ReturnType<typeof createAnsiParser>> {
  return { stdout: createAnsiParser(), stderr: createAnsiParser() };
}

function shownLine(
  { stream, timeMs }: Pick<LogLine, 'stream'> & { readonly timeMs?: number | undefined },
  number: number,
  segments: readonly AnsiSegment[],
): ShownLine {
  const text = segments.map((segment) => segment.text).join('');
  return { number, stream, timeMs, segments, text, level: levelOf(text) };
}

/** A stack trace belongs to the line before it. */
function isPartOf(line: ShownLine, last: ShownLine | undefined): boolean {
  return (
    line.level === undefined && last?.level !== undefined && /^(?:\s+\S|Caused by: |\.{3} )/.test(line.text)
  );
}
