import type { ReplayPosition } from '../../../drivers/recorded/replay.ts';

/** The time of a replay in the page: between two positions of the agent it goes on by itself. */
export interface ReplayTime {
  /** Returns true when the time has jumped: what is shown belongs to another time. */
  set(position: ReplayPosition, nowMs: number): boolean;
  /** The last position; undefined when the agent plays no recording. */
  position(): ReplayPosition | undefined;
  /** The time of the recording at a time of the browser; undefined when the agent plays none. */
  timeMs(nowMs: number): number | undefined;
}

export function createReplayTime(): ReplayTime {
  let last: ReplayPosition | undefined;
  let receivedMs = 0;
  return {
    set(position, nowMs) {
      const isJump = last !== undefined && last.seeks !== position.seeks;
      last = position;
      receivedMs = nowMs;
      return isJump;
    },
    position: () => last,
    timeMs(nowMs) {
      if (last?.state !== 'playing') return last?.timeMs;
      return Math.min(last.toMs, last.timeMs + Math.max(0, nowMs - receivedMs) * last.speed);
    },
  };
}

/** `Recorded, playing at 60 ×`, `Recorded, paused`, `Recorded, at the end`. */
export function replayText({ state, speed }: ReplayPosition): string {
  if (state === 'paused') return 'Recorded, paused';
  if (state === 'ended') return 'Recorded, at the end';
  return speed === 1 ? 'Recorded, playing' : `Recorded, playing at ${speed} ×`;
}

/** Where a time is in a recording, from 0 to 1. */
export function shareOf(timeMs: number, { fromMs, toMs }: Pick<ReplayPosition, 'fromMs' | 'toMs'>): number {
  return toMs > fromMs ? Math.min(1, Math.max(0, (timeMs - fromMs) / (toMs - fromMs))) : 0;
}

/** The next marker after a time, or the last one before it; those within a second are of this time. */
export function nextMarker<Marker extends { readonly timeMs: number }>(
  markers: readonly Marker[],
  timeMs: number,
  direction: 1 | -1,
): Marker | undefined {
  return direction === 1
    ? markers.find((marker) => marker.timeMs > timeMs + 1_000)
    : markers.findLast((marker) => marker.timeMs < timeMs - 1_000);
}
