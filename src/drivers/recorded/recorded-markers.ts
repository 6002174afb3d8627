import { setImmediate as nextTurn } from 'node:timers/promises';

import type { RecordedDocument } from './recorded-document.ts';
import type { RecordingReader } from './recording-reader.ts';

/** A moment of a recording that users want to find. */
export interface ReplayMarker {
  readonly timeMs: number;
  readonly kind: 'event' | 'alert';
  readonly taskId: string;
  readonly message: string;
  /** A failure, an OOM kill or an alert. */
  readonly isBad: boolean;
}

export interface MarkerOptions {
  readonly fromMs: number;
  readonly toMs: number;
  readonly closed: AbortSignal;
}

const MOST_MARKERS = 500;
/** Decoded without a pause. */
const BLOCKS_PER_TURN = 20;

/** The markers of a part of a recording in the order of time. Beyond the limit, the last failures and alerts stay. */
export async function recordedMarkers(
  reader: RecordingReader,
  { fromMs, toMs, closed }: MarkerOptions,
): Promise<readonly ReplayMarker[]> {
  const found: ReplayMarker[] = [];
  let blocks = 0;
  for (const documents of reader.documents()) {
    for (const document of documents) {
      const marker = markerOf(document);
      if (marker !== undefined && marker.timeMs >= fromMs && marker.timeMs <= toMs) found.push(marker);
    }
    blocks += 1;
    if (blocks % BLOCKS_PER_TURN === 0) await nextTurn();
    if (closed.aborted) return [];
  }
  const byWeight = [...found.filter(({ isBad }) => !isBad), ...found.filter(({ isBad }) => isBad)];
  return Object.freeze(byWeight.slice(-MOST_MARKERS).sort((a, b) => a.timeMs - b.timeMs));
}

function markerOf(document: RecordedDocument): ReplayMarker | undefined {
  if (document.kind === 'alert' && document.value.state === 'raised') {
    const { timeMs, taskId, message } = document.value;
    return { timeMs, kind: 'alert', taskId, message, isBad: true };
  }
  if (document.kind !== 'event') return undefined;
  const { kind, timeMs, taskId, message, exitResult } = document.value;
  if (kind !== 'started' && kind !== 'exited') return undefined;
  const isBad = exitResult !== undefined && (exitResult.exitCode !== 0 || exitResult.oomKilled);
  return { timeMs, kind: 'event', taskId, message, isBad };
}
