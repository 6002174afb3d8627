import type { BlockContent } from './block-codec.ts';
import type { ReplayRecord } from './replay-state.ts';

/** The records of blocks, one after the other. */
export interface ReplayCursor {
  /** Undefined at the end. */
  peek(): ReplayRecord | undefined;
  next(): ReplayRecord | undefined;
}

/** Documents come before the tick of the same time: a task is known before its first sample. */
export function createReplayCursor(blocks: Iterator<BlockContent>): ReplayCursor {
  let records: readonly ReplayRecord[] = [];
  let at = 0;
  const peek = (): ReplayRecord | undefined => {
    while (at >= records.length) {
      const block = blocks.next();
      if (block.done === true) return undefined;
      records = recordsOf(block.value);
      at = 0;
    }
    return records[at];
  };
  return {
    peek,
    next() {
      const record = peek();
      at += 1;
      return record;
    },
  };
}

function recordsOf({ documents, ticks }: BlockContent): readonly ReplayRecord[] {
  const records: ReplayRecord[] = [
    ...documents.map((document) => ({ timeMs: document.timeMs, document })),
    ...ticks.map((tick) => ({ timeMs: tick.timeMs, tick })),
  ];
  return records.sort((a, b) => a.timeMs - b.timeMs);
}
