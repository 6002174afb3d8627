import {
  NEVER,
  distinctUntilChanged,
  interval,
  map,
  merge,
  skip,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { RecordedDriver, ReplayPosition } from '../../drivers/recorded/index.ts';

/** What steers a replay. */
export type ReplayControl = Pick<
  RecordedDriver,
  'position' | 'positions' | 'seek' | 'pause' | 'resume' | 'setSpeed' | 'markers'
>;

/** A client that opens the stream later gets a position that is no older than this. */
const REPEAT_MS = 1_000;

/** Undefined for a driver that plays no recording. */
export function replayOf(driver: Driver): ReplayControl | undefined {
  return driver.capabilities().kind === 'recorded' && 'positions' in driver
    ? (driver as RecordedDriver)
    : undefined;
}

/** Where the replay of a driver is, after every change and each second; nothing for a driver that plays none. */
export function positionsOf(driver: Driver, scheduler: SchedulerLike): Observable<ReplayPosition> {
  const replay = replayOf(driver);
  if (replay === undefined) return NEVER;
  return merge(replay.positions(), interval(REPEAT_MS, scheduler).pipe(map(replay.position)));
}

/** Each jump of the time of a replay. What was gathered before it belongs to other times. */
export function jumpsOf(driver: Driver): Observable<void> {
  const replay = replayOf(driver);
  if (replay === undefined) return NEVER;
  return replay.positions().pipe(
    map(({ seeks }) => seeks),
    distinctUntilChanged(),
    skip(1),
    map(() => undefined),
  );
}
