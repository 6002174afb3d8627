import { setTimeout as delay } from 'node:timers/promises';

import { frame } from '../sse/sse-frame.ts';
import type { LogOffsets } from './log-marks.ts';
import { logBegins } from './log-files.ts';
import { openMergedLog, type LogLine, type MergedLog } from './merged-log.ts';
import type { WatchedLog } from './watched-log.ts';

/** One frame of a followed log. */
export interface LinesFrame {
  readonly lines: readonly LogLine[];
  /** The first frame of a reader that knows nothing yet, or whose lines are of another start. */
  readonly isFirst?: true;
  /** Bytes before these lines that were left out: before the tail, or because the reader is slow. */
  readonly skippedBytes?: number;
}

export interface FollowLinesOptions {
  readonly log: WatchedLog;
  readonly tailBytes: number;
  /** Where an earlier reader has ended: the id of its last frame. */
  readonly lastId: string | undefined;
  /** Aborts when the task has ended, or the reader has left. */
  readonly over: AbortSignal;
  /** Resolves when the reader can take more. */
  readonly write: (bytes: Buffer) => Promise<void>;
}

/** What one frame holds at most. */
const ROUND_BYTES = 131_072;
/** A reader that is so far behind continues with the end. */
const MOST_BEHIND_BYTES = 1_048_576;
const ROUND_MS = 50;
const SWEEP_MS = 500;
/** A line without an end is sent after so long. */
const REST_MS = 1_000;

/** Sends the end of a log, then what is written, until the task has ended and everything was sent. */
export async function followLines({
  log,
  tailBytes,
  lastId,
  over,
  write,
}: FollowLinesOptions): Promise<void> {
  const resumed = offsetsOf(lastId, log);
  const reader = await openMergedLog(log, resumed ?? (await logBegins(log)));
  const growth = watchGrowthOf(log, over);
  const send = (data: LinesFrame): Promise<void> => write(frame('lines', data, idOf(log, reader.offsets())));
  try {
    if (resumed === undefined) await send(await firstLines(reader, tailBytes));
    let quietMs = 0;
    for (;;) {
      const isLast = over.aborted;
      const skippedBytes = reader.pendingBytes() > MOST_BEHIND_BYTES ? await reader.skip(ROUND_BYTES) : 0;
      const read = await reader.read(ROUND_BYTES);
      const isDone = isLast && reader.pendingBytes() <= 0;
      const lines = isDone || quietMs >= REST_MS ? [...read, ...reader.rest()] : read;
      if (lines.length > 0) await send({ lines, ...(skippedBytes > 0 && { skippedBytes }) });
      if (isDone) return;
      quietMs = (await growth.next(reader.pendingBytes() > 0)) ? 0 : quietMs + SWEEP_MS;
    }
  } finally {
    growth.close();
    await reader.close();
  }
}

/** The end of a log, in one piece. */
export async function firstLines(reader: MergedLog, tailBytes: number): Promise<LinesFrame> {
  const skippedBytes = await reader.skip(tailBytes);
  const lines = await reader.read(2 * tailBytes);
  return { lines, isFirst: true, ...(skippedBytes > 0 && { skippedBytes }) };
}

/** Waits for growth, at most one interval; the log is measured then. */
function watchGrowthOf(
  log: WatchedLog,
  over: AbortSignal,
): { next(isPending: boolean): Promise<boolean>; close(): void } {
  let hasGrown = false;
  let wake = (): void => undefined;
  const notify = (): void => {
    hasGrown = true;
    wake();
  };
  const forget = log.onGrowth(notify);
  const onOver = (): void => wake();
  over.addEventListener('abort', onOver, { once: true });
  return {
    async next(isPending) {
      // What comes in quick succession goes into one frame.
      await delay(ROUND_MS, undefined, { signal: over }).catch(() => undefined);
      if (!hasGrown && !isPending && !over.aborted) {
        const timer = setTimeout(() => wake(), SWEEP_MS);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        clearTimeout(timer);
      }
      log.measure();
      const before = hasGrown;
      hasGrown = false;
      return before;
    },
    close() {
      forget();
      over.removeEventListener('abort', onOver);
    },
  };
}

function idOf({ startedAtMs }: WatchedLog, { stdout, stderr }: LogOffsets): string {
  return `${startedAtMs ?? 0}-${stdout}-${stderr}`;
}

/** Undefined when the id is of another start, or none at all. */
function offsetsOf(id: string | undefined, { startedAtMs }: WatchedLog): LogOffsets | undefined {
  const [start, stdout, stderr] =
    /^(\d+)-(\d+)-(\d+)$/
      .exec(id ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  if (start !== (startedAtMs ?? 0) || stdout === undefined || stderr === undefined) return undefined;
  return { stdout, stderr };
}
