import type { OutputStream } from '../../model/task-log.ts';

/** When an output had grown to `endsAt` bytes, in ms since 1970. */
export interface LogMark {
  readonly stream: OutputStream;
  readonly endsAt: number;
  readonly timeMs: number;
}

/** One byte offset for each output. */
export type LogOffsets = Readonly<Record<OutputStream, number>>;

/** In which order, and when, the two outputs of a task have grown: the latest marks, 17 bytes each. */
export interface LogMarks {
  add(mark: LogMark): void;
  /** The output was emptied: it begins again at 0. */
  restart(stream: OutputStream): void;
  /** What was written before these offsets has no known time. */
  untimedUntil(): LogOffsets;
  /** The size of each output at the latest mark. */
  sizes(): LogOffsets;
  /** Those that end after `from`, oldest first. */
  after(from: LogOffsets): readonly LogMark[];
}

export const MAX_MARKS = 1_024;
const FIRST_LENGTH = 16;
/** Growth of the same output within this time is one mark. */
const SAME_MS = 1;

/** @param known how far the outputs had grown when the first mark was possible */
export function createLogMarks(known: LogOffsets): LogMarks {
  const untimed = { ...known };
  const sizes = { ...known };
  let ends = new Float64Array(FIRST_LENGTH);
  let times = new Float64Array(FIRST_LENGTH);
  let isStderr = new Uint8Array(FIRST_LENGTH);
  let count = 0;

  const streamAt = (index: number): OutputStream => (isStderr[index] === 1 ? 'stderr' : 'stdout');
  const makeSpace = (): void => {
    if (count < ends.length) return;
    if (ends.length < MAX_MARKS) {
      [ends, times, isStderr] = [longer(ends), longer(times), longerBytes(isStderr)];
      return;
    }
    const dropped = MAX_MARKS / 4;
    for (let index = 0; index < dropped; index += 1) untimed[streamAt(index)] = ends[index] ?? 0;
    [ends, times, isStderr].forEach((column) => column.copyWithin(0, dropped));
    count -= dropped;
  };
  return {
    add({ stream, endsAt, timeMs }) {
      if (endsAt <= sizes[stream]) return;
      sizes[stream] = endsAt;
      const last = count - 1;
      if (last >= 0 && streamAt(last) === stream && timeMs - (times[last] ?? 0) < SAME_MS) {
        ends[last] = endsAt;
        return;
      }
      makeSpace();
      ends[count] = endsAt;
      times[count] = timeMs;
      isStderr[count] = stream === 'stderr' ? 1 : 0;
      count += 1;
    },
    restart(stream) {
      let kept = 0;
      for (let index = 0; index < count; index += 1) {
        if (streamAt(index) === stream) continue;
        [ends, times, isStderr].forEach((column) => (column[kept] = column[index] ?? 0));
        kept += 1;
      }
      count = kept;
      untimed[stream] = 0;
      sizes[stream] = 0;
    },
    untimedUntil: () => ({ ...untimed }),
    sizes: () => ({ ...sizes }),
    after(from) {
      const found: LogMark[] = [];
      for (let index = 0; index < count; index += 1) {
        const [stream, endsAt] = [streamAt(index), ends[index] ?? 0];
        if (endsAt > from[stream]) found.push({ stream, endsAt, timeMs: times[index] ?? 0 });
      }
      return found;
    },
  };
}

function longer(column: Float64Array): Float64Array<ArrayBuffer> {
  const next = new Float64Array(column.length * 2);
  next.set(column);
  return next;
}

function longerBytes(column: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(column.length * 2);
  next.set(column);
  return next;
}
