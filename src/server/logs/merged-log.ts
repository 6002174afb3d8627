import { withoutHole } from '../../files/log-begin.ts';
import type { OutputStream } from '../../model/task-log.ts';
import { createLineSplitter, type LinePiece } from './line-splitter.ts';
import { closeAll, lineBegin, openOutputs } from './log-files.ts';
import type { LogOffsets } from './log-marks.ts';
import { OUTPUTS, type WatchedLog } from './watched-log.ts';

/** One line of a task, or a piece of one. */
export interface LogLine {
  readonly stream: OutputStream;
  /** Without the end of the line; with the app's control sequences. */
  readonly text: string;
  /** When it was complete, in ms since 1970; absent when the agent did not see it being written. */
  readonly timeMs?: number;
  /** It continues the line before it of the same output. */
  readonly continues?: true;
}

/** Reads both outputs in the order in which they were written. */
export interface MergedLog {
  /** The next lines, from at most some `maxBytes`; none when all was read. */
  read(maxBytes: number): Promise<readonly LogLine[]>;
  /** What is there of lines that have no end yet. */
  rest(): readonly LogLine[];
  /** How much there is to be read. */
  pendingBytes(): number;
  /** Leaves out what is more than `tailBytes` before the end of each output. Returns how many bytes. */
  skip(tailBytes: number): Promise<number>;
  /** Where the next line of each output begins. */
  offsets(): LogOffsets;
  close(): Promise<void>;
}

interface Chunk {
  readonly stream: OutputStream;
  readonly endsAt: number;
  readonly timeMs?: number;
}

const READ_BYTES = 65_536;

/** @param from where to begin: 0 for the whole log */
export async function openMergedLog(log: WatchedLog, from: LogOffsets): Promise<MergedLog> {
  const files = await openOutputs(log);
  const at = { ...from };
  let readBytes = 0;
  const splitters = { stdout: createLineSplitter(), stderr: createLineSplitter() };
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const moveTo = (stream: OutputStream, offset: number): void => {
    at[stream] = offset;
    splitters[stream].reset();
  };

  /** One piece of a chunk; what was cut from the log meanwhile is left out. */
  const readPiece = async ({ stream, endsAt, timeMs }: Chunk): Promise<readonly LogLine[]> => {
    const file = files[stream];
    const length = Math.min(READ_BYTES, endsAt - at[stream]);
    const { bytesRead } = (await file?.read(buffer, 0, length, at[stream])) ?? { bytesRead: 0 };
    if (file === undefined || bytesRead === 0) {
      moveTo(stream, endsAt);
      return [];
    }
    readBytes += bytesRead;
    const read = { at: at[stream], bytes: buffer.subarray(0, bytesRead) };
    const piece = await withoutHole(file, read);
    if (piece.at > read.at) moveTo(stream, piece.at);
    at[stream] = piece.at + piece.bytes.length;
    return linesOf(stream, splitters[stream].add(piece.bytes), timeMs);
  };
  const pendingBytes = (): number => {
    const sizes = log.marks.sizes();
    return OUTPUTS.reduce((sum, stream) => sum + Math.max(0, sizes[stream] - at[stream]), 0);
  };
  return {
    async read(maxBytes) {
      const lines: LogLine[] = [];
      const most = readBytes + maxBytes;
      for (const chunk of chunksAfter(log, at, moveTo)) {
        while (at[chunk.stream] < chunk.endsAt && readBytes < most) lines.push(...(await readPiece(chunk)));
      }
      return lines;
    },
    rest: () => OUTPUTS.flatMap((stream) => linesOf(stream, splitters[stream].rest())),
    pendingBytes,
    async skip(tailBytes) {
      let skipped = 0;
      const sizes = log.marks.sizes();
      for (const stream of OUTPUTS) {
        const begin = sizes[stream] - tailBytes;
        if (begin <= at[stream]) continue;
        const next = await lineBegin(files[stream], begin);
        skipped += next - at[stream];
        moveTo(stream, next);
      }
      return skipped;
    },
    offsets: () => ({
      stdout: at.stdout - splitters.stdout.restBytes(),
      stderr: at.stderr - splitters.stderr.restBytes(),
    }),
    close: () => closeAll(files),
  };
}

/** What is to be read, in order: first what has no known time. An output that was emptied is read from its beginning. */
function chunksAfter(
  { marks }: WatchedLog,
  at: LogOffsets,
  moveTo: (stream: OutputStream, offset: number) => void,
): readonly Chunk[] {
  const sizes = marks.sizes();
  for (const stream of OUTPUTS) if (sizes[stream] < at[stream]) moveTo(stream, 0);
  const untimed = marks.untimedUntil();
  return [...OUTPUTS.map((stream) => ({ stream, endsAt: untimed[stream] })), ...marks.after(at)];
}

function linesOf(stream: OutputStream, pieces: readonly LinePiece[], timeMs?: number): readonly LogLine[] {
  return pieces.map(({ text, isContinued }) => ({
    stream,
    text,
    ...(timeMs !== undefined && { timeMs }),
    ...(isContinued && { continues: true as const }),
  }));
}
