import { MS_PER_SECOND, NS_PER_MS } from '../model/units.ts';

/** google.protobuf.Timestamp and Duration look the same. */
export interface WireTime {
  readonly seconds: number;
  readonly nanos: number;
}

/** The year 1, which stands for no time at all in Go. */
export const GO_ZERO_TIME: WireTime = { seconds: -62_135_596_800, nanos: 0 };

/** The longest delay of a timer of Node. */
export const LONGEST_MS = 2 ** 31 - 1;

/** An instant for the wire. */
export function wireTime(timeMs: number): WireTime {
  const seconds = Math.floor(timeMs / MS_PER_SECOND);
  return { seconds, nanos: Math.round((timeMs - seconds * MS_PER_SECOND) * NS_PER_MS) };
}

/** A duration from the wire, kept between 0 and what a timer can wait; undefined when none came. */
export function durationMs(duration: WireTime | null): number | undefined {
  if (duration === null) return undefined;
  const ms = duration.seconds * MS_PER_SECOND + duration.nanos / NS_PER_MS;
  return Math.min(LONGEST_MS, Math.max(0, ms));
}
