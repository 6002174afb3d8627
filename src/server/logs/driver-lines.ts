import type { OutputStream } from '../../model/task-log.ts';
import { frame } from '../sse/sse-frame.ts';
import { readDriverBytes, type DriverLogOptions } from './driver-log.ts';
import type { LinesFrame } from './follow-lines.ts';
import { createLineSplitter, type LinePiece } from './line-splitter.ts';
import type { LogLine } from './merged-log.ts';
import { OUTPUTS } from './watched-log.ts';

/** A line without an end is passed on after so long. */
const REST_MS = 1_000;

type DriverLinesOptions = DriverLogOptions & { readonly write: (lines: readonly LogLine[]) => Promise<void> };

/** The lines of a log that another machine has, as the driver reads it: the times at which they were written are not known. */
export async function readDriverLines({ write, ...options }: DriverLinesOptions): Promise<void> {
  const splitters = { stdout: createLineSplitter(), stderr: createLineSplitter() };
  const rest = (): readonly LogLine[] =>
    OUTPUTS.flatMap((stream) => linesOf(stream, splitters[stream].rest()));
  let writing = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const send = (lines: readonly LogLine[]): Promise<void> => {
    if (lines.length > 0) writing = writing.then(() => write(lines));
    return writing;
  };
  // The next piece, or the end, reports what went wrong.
  const sendRest = (): void => void send(rest()).catch(() => undefined);
  try {
    await readDriverBytes(options, async (bytes, stream) => {
      clearTimeout(timer);
      await send(linesOf(stream, splitters[stream].add(bytes)));
      timer = setTimeout(sendRest, REST_MS);
    });
    await send(rest());
  } finally {
    clearTimeout(timer);
  }
}

/** The same as frames of server-sent events, as those of a log of this machine. */
export async function followDriverLines({
  write,
  ...options
}: DriverLogOptions & { readonly write: (bytes: Buffer) => Promise<void> }): Promise<void> {
  const send = (data: LinesFrame): Promise<void> => write(frame('lines', data));
  await send({ lines: [], isFirst: true });
  await readDriverLines({ ...options, follow: true, write: (lines) => send({ lines }) });
}

/** The end of a log, in one piece. */
export async function lastDriverLines(options: DriverLogOptions): Promise<LinesFrame> {
  const lines: LogLine[] = [];
  await readDriverLines({
    ...options,
    write(more) {
      lines.push(...more);
      return Promise.resolve();
    },
  });
  return { lines, isFirst: true };
}

function linesOf(stream: OutputStream, pieces: readonly LinePiece[]): readonly LogLine[] {
  return pieces.map(({ text, isContinued }) => ({
    stream,
    text,
    ...(isContinued && { continues: true as const }),
  }));
}
