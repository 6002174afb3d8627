import { setMaxListeners } from 'node:events';

import { NEVER, asyncScheduler, defer, startWith, map, type Observable, type SchedulerLike } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { CAPABILITIES, CONFIG_SPEC, PLUGIN_INFO, TASK_CONFIG_SPEC } from '../../model/plugin.ts';
import { RktError, taskNotFound } from '../../model/rkt-error.ts';
import { takeUntilAbort } from '../../streams/operators/take-until-abort.ts';
import { refusedOps } from '../refused-ops.ts';
import type { RecordedAlert } from './recorded-alert.ts';
import { recordedMarkers, type ReplayMarker } from './recorded-markers.ts';
import { createRecordedStreams } from './recorded-streams.ts';
import { openRecording, type RecordingReader, type RecordingSummary } from './recording-reader.ts';
import { createReplay, type Replay, type ReplayPosition } from './replay.ts';
import { createReplayFeeds } from './replay-feeds.ts';

export interface RecordedDriverOptions {
  /** 1 is the pace of the recording; 60 plays an hour in a minute. */
  readonly speed?: number;
  /** The part that is played, in ms since 1970; the whole recording by default. */
  readonly from?: number;
  readonly to?: number;
  /** Begins again at the end. Times go back then. */
  readonly loop?: boolean;
  /** `complete` (default): at the end streams complete as at shutdown. `hold`: they keep the last values. */
  readonly end?: 'complete' | 'hold';
  readonly scheduler?: SchedulerLike;
}

/** A driver whose machine is a recording. It has no ops. */
export interface RecordedDriver extends Driver {
  /** What the files contain. */
  readonly recording: RecordingSummary;
  /** Where the replay is now. */
  readonly position: () => ReplayPosition;
  /** The same: immediately, and after each seek, pause, resume, change of speed and end. Completes at shutdown. */
  readonly positions: () => Observable<ReplayPosition>;
  /** The alerts that were recorded. Completes at shutdown. */
  readonly recordedAlerts: () => Observable<RecordedAlert>;
  /** Those that were recorded until the current time of the replay, oldest first. */
  readonly recordedAlertsUntilNow: () => readonly RecordedAlert[];
  /** Continues at a time (ms since 1970), or at the nearest one that is played. Streams emit the values of that time. */
  readonly seek: (timeMs: number) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Plays so many times faster than recorded. @throws RKT_ERR_OPTIONS unless it is a number above 0 */
  readonly setSpeed: (speed: number) => void;
  /** The starts, exits and alerts of the part that is played; at most 500, of which those that matter most. */
  readonly markers: () => Promise<readonly ReplayMarker[]>;
}

/**
 * Plays a recording as a driver. It begins with the first subscription or look-up; look-ups return the values of the
 * current time of the replay. Times are those of the recording, and an interval is a time of the recording too.
 *
 * @throws RKT_ERR_RECORDING for a file that is no recording, RKT_ERR_OPTIONS
 * @example
 * const replayed = createRecordedDriver('incident.rec', { speed: 60 });
 * replayed.taskEvents().subscribe(({ timeMs, message }) => console.log(new Date(timeMs), message));
 */
export function createRecordedDriver(file: string, options: RecordedDriverOptions = {}): RecordedDriver {
  const { speed = 1, loop = false, end = 'complete', scheduler = asyncScheduler } = options;
  checkSpeed(speed);
  const reader = openRecording(file);
  const { summary } = reader;
  const fromMs = Math.max(summary.fromMs, options.from ?? -Infinity);
  const toMs = Math.min(summary.toMs, options.to ?? Infinity);
  if (!(fromMs <= toMs)) {
    reader.close();
    throw outside(file, summary);
  }
  const stops = createStops();
  const feeds = createReplayFeeds();
  const replay = createReplay(reader, {
    ...{ speed, fromMs, toMs, scheduler },
    isLoop: loop,
    listener: feeds.listener,
    onEnd: () => {
      if (end === 'complete') stops.ended.abort();
    },
  });
  const { any } = stops;
  let markers: Promise<readonly ReplayMarker[]> | undefined;
  return {
    ...refusedOps('recorded'),
    ...createRecordedStreams({ replay, feeds, closed: any, scheduler }),
    ...lookUps(replay, stops.closed.signal),
    followTasks: () => NEVER.pipe(takeUntilAbort(any)),
    recording: summary,
    positions: () =>
      defer(() => replay.jumps$.pipe(startWith(undefined), map(replay.position))).pipe(takeUntilAbort(any)),
    recordedAlerts: () => feeds.alerts$.pipe(takeUntilAbort(any)),
    recordedAlertsUntilNow: alertsUntilNow(reader, replay.position),
    position: replay.position,
    seek: replay.seek,
    pause: replay.pause,
    resume: replay.resume,
    setSpeed(next) {
      checkSpeed(next);
      replay.setSpeed(next);
    },
    markers: () => (markers ??= recordedMarkers(reader, { fromMs, toMs, closed: stops.closed.signal })),
    shutdown() {
      if (!stops.closed.signal.aborted) {
        replay.close();
        stops.closed.abort();
        reader.close();
      }
      return Promise.resolve();
    },
  };
}

/** The alerts of the whole recording are read at the first call. */
function alertsUntilNow(
  reader: RecordingReader,
  position: () => ReplayPosition,
): RecordedDriver['recordedAlertsUntilNow'] {
  let all: readonly RecordedAlert[] | undefined;
  const read = (): readonly RecordedAlert[] =>
    [...reader.blocksFrom(-Infinity)].flatMap(({ documents }) =>
      documents.flatMap((document) => (document.kind === 'alert' ? [document.value] : [])),
    );
  return () => {
    const { timeMs } = position();
    all ??= read();
    return all.filter((alert) => alert.timeMs <= timeMs);
  };
}

function checkSpeed(speed: number): void {
  if (speed > 0 && Number.isFinite(speed)) return;
  throw new RktError('RKT_ERR_OPTIONS', `The speed of a replay is a number above 0, not ${speed}`);
}

/** What ends the streams: the shutdown, or the end of the recording. */
interface Stops {
  readonly closed: AbortController;
  readonly ended: AbortController;
  readonly any: AbortSignal;
}

function createStops(): Stops {
  const closed = new AbortController();
  const ended = new AbortController();
  const any = AbortSignal.any([closed.signal, ended.signal]);
  // Every stream in progress listens, and their number is not limited.
  setMaxListeners(0, closed.signal, ended.signal, any);
  return { closed, ended, any };
}

type LookUps = Pick<
  Driver,
  'pluginInfo' | 'capabilities' | 'configSchema' | 'taskConfigSchema' | 'inspectTask' | 'recoverTasks'
>;

function lookUps(replay: Replay, closed: AbortSignal): LookUps {
  const begin = (): void => {
    if (!closed.aborted) replay.start();
  };
  return {
    pluginInfo: () => PLUGIN_INFO,
    capabilities: () => RECORDED_CAPABILITIES,
    configSchema: () => CONFIG_SPEC,
    taskConfigSchema: () => TASK_CONFIG_SPEC,
    inspectTask(taskId) {
      begin();
      const task = replay.state.tasks.get(taskId);
      if (task === undefined) throw taskNotFound(taskId);
      return task;
    },
    recoverTasks() {
      if (closed.aborted) return Promise.reject(new RktError('RKT_ERR_SHUTDOWN', ''));
      begin();
      return Promise.resolve({ recovered: [...replay.state.tasks.keys()], undone: [], failures: [] });
    },
  };
}

const RECORDED_CAPABILITIES = Object.freeze({
  ...CAPABILITIES,
  kind: 'recorded',
  ops: [],
  sendSignals: false,
  exec: false,
});

function outside(file: string, { fromMs, toMs }: RecordingSummary): RktError {
  const [first, last] = [fromMs, toMs].map((time) => new Date(time).toISOString());
  return new RktError(
    'RKT_ERR_OPTIONS',
    `${file} has records from ${first} to ${last}, and none in the given part`,
  );
}
