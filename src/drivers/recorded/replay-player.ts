import type { RecordingReader } from './recording-reader.ts';
import type { ReplayClock } from './replay-clock.ts';
import { createReplayCursor, type ReplayCursor } from './replay-records.ts';
import { EVENT_LIMIT, createReplayStore, type ReplayListener, type ReplayState } from './replay-state.ts';

/** Applies the records of a recording in their order. */
export interface ReplayPlayer {
  readonly state: ReplayState;
  /** Makes the state that of a time; the listener is not called. */
  load(timeMs: number): void;
  /** Applies all records up to the current time, and calls the listener with what is new. */
  play(): void;
  /** The time of the next record; infinite at the end. */
  nextMs(): number;
  /** Records that were played, and the time spent on them. */
  stats(): { readonly ticks: number; readonly samples: number; readonly workMs: number };
}

export function createReplayPlayer(
  reader: RecordingReader,
  clock: ReplayClock,
  listener: ReplayListener,
): ReplayPlayer {
  const store = createReplayStore();
  const counts = { ticks: 0, samples: 0, workMs: 0 };
  let cursor: ReplayCursor = { peek: () => undefined, next: () => undefined };

  /** All records of one time, and those that a clock that was set back makes seem older. */
  const playMoment = (timeMs: number): void => {
    let isChanged = false;
    for (
      let record = cursor.peek();
      record !== undefined && record.timeMs <= timeMs;
      record = cursor.peek()
    ) {
      cursor.next();
      if ('tick' in record) {
        counts.ticks += 1;
        counts.samples += record.tick.taskIds.length;
      }
      // The list of tasks is emitted before the sample or event that belongs to it.
      if (isChanged && !('document' in record && TASK_DOCUMENTS.has(record.document.kind))) {
        isChanged = false;
        listener.tasks();
      }
      isChanged = store.apply(record, listener) || isChanged;
      if (clock.mode !== 'playing') return;
    }
    if (isChanged) listener.tasks();
  };

  return {
    state: store.state,
    load(timeMs) {
      cursor = createReplayCursor(reader.blocksFrom(timeMs, true));
      store.reset();
      for (
        let record = cursor.peek();
        record !== undefined && record.timeMs <= timeMs;
        record = cursor.peek()
      ) {
        cursor.next();
        store.apply(record);
      }
      store.resetEvents(reader.eventsUntil(timeMs, EVENT_LIMIT));
    },
    play() {
      const startedMs = performance.now();
      const untilMs = clock.now();
      while (clock.mode === 'playing') {
        const record = cursor.peek();
        if (record === undefined || record.timeMs > untilMs) break;
        playMoment(record.timeMs);
      }
      counts.workMs += performance.now() - startedMs;
    },
    nextMs: () => cursor.peek()?.timeMs ?? Infinity,
    stats: () => ({ ...counts }),
  };
}

const TASK_DOCUMENTS: ReadonlySet<string> = new Set(['tasks', 'task', 'removed']);
