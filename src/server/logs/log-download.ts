import { readDriverLines } from './driver-lines.ts';
import type { DriverLogOptions } from './driver-log.ts';
import { logBegins } from './log-files.ts';
import { openMergedLog, type LogLine } from './merged-log.ts';
import type { OutputStream } from '../../model/task-log.ts';
import type { WatchedLog } from './watched-log.ts';

const PIECE_BYTES = 262_144;

/** The whole log as text, as it is at the end of the download. */
export function downloadedLines(log: WatchedLog, wanted: OutputStream | 'all'): ReadableStream<Uint8Array> {
  const text = textOf(log, wanted);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await text.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await text.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}

/** The same of a log that another machine has. */
export function downloadedDriverLines(
  { driver, taskId }: Pick<DriverLogOptions, 'driver' | 'taskId'>,
  wanted: OutputStream | 'all',
): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const toText = lineTexts(wanted);
  const over = new AbortController();
  const write = (text: string): Promise<void> => writer.write(encoder.encode(text));
  writer.closed.catch(() => over.abort());
  readDriverLines({ driver, taskId, over: over.signal, write: (lines) => write(toText(lines)) })
    .then(() => write('\n'))
    .then(() => writer.close())
    .catch((error: unknown) => writer.abort(error))
    .catch(() => undefined);
  return readable;
}

async function* textOf(log: WatchedLog, wanted: OutputStream | 'all'): AsyncGenerator<string, void> {
  const reader = await openMergedLog(log, await logBegins(log));
  try {
    const toText = lineTexts(wanted);
    while (reader.pendingBytes() > 0) yield toText(await reader.read(PIECE_BYTES));
    yield toText(reader.rest());
    yield '\n';
  } finally {
    await reader.close();
  }
}

/** The text of lines of the wanted output; a line ends where the next one begins. */
function lineTexts(wanted: OutputStream | 'all'): (lines: readonly LogLine[]) => string {
  let end = '';
  const lineText = (line: LogLine): string => {
    if (line.continues === true) return line.text;
    const before = `${end}${wanted === 'all' ? headOf(line) : ''}`;
    end = '\n';
    return before + line.text;
  };
  return (lines) =>
    lines
      .filter(({ stream }) => wanted === 'all' || wanted === stream)
      .map(lineText)
      .join('');
}

function headOf({ stream, timeMs }: LogLine): string {
  return `${timeMs === undefined ? '-' : new Date(timeMs).toISOString()} ${stream} `;
}
