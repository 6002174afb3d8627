import { frame } from './sse-frame.ts';
import { StatsChangesWriter, type StatsFrame } from './stats-changes-writer.ts';
import type { SampleTopic, StreamRequest } from './topics.ts';

/** Writes the values of a channel as frames. */
export interface FrameWriter {
  /** The frame of the next value, for clients that have those of all values before. */
  next(value: object): Buffer;
  /** The frame of the latest value, for all others. */
  readonly complete: () => Buffer;
}

export function frameWriter(topic: SampleTopic, { changes = false }: StreamRequest): FrameWriter {
  if (topic === 'stats' && changes) {
    const writer = new StatsChangesWriter();
    return { next: (value) => writer.next(value as StatsFrame), complete: () => writer.full() };
  }
  let latest: Buffer = Buffer.alloc(0);
  return { next: (value) => (latest = frame(topic, value)), complete: () => latest };
}
