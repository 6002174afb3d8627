import {
  EMPTY,
  concat,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  map,
  merge,
  of,
  startWith,
  take,
  takeUntil,
  takeWhile,
  throwError,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import { CLOSED, LIVE, type Connection } from '../../model/driver-connection.ts';
import { DEFAULT_FIELD_GROUPS, groupMask } from '../../model/field-groups.ts';
import { RktError, taskNotFound } from '../../model/rkt-error.ts';
import type { ExitResult } from '../../model/exit-result.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { shareLatest } from '../../streams/operators/share-latest.ts';
import { takeUntilAbort } from '../../streams/operators/take-until-abort.ts';
import type { DriverStreams } from '../../streams-interface.ts';
import { podsOf } from './recorded-pods.ts';
import type { Replay } from './replay.ts';
import type { ReplayFeeds } from './replay-feeds.ts';
import { EVENT_LIMIT } from './replay-state.ts';
import { samplesOf } from './stats-rows.ts';
import { thinned } from './thinned.ts';

export interface RecordedStreamsDeps {
  readonly replay: Replay;
  readonly feeds: ReplayFeeds;
  /** Aborts at shutdown, and at the end of a recording that does not hold. */
  readonly closed: AbortSignal;
  readonly scheduler: SchedulerLike;
}

/** The streams of a recorded driver: values of the recording, at the times of the replay. */
export function createRecordedStreams(deps: RecordedStreamsDeps): DriverStreams {
  const { replay, feeds, closed, scheduler } = deps;
  /** The first subscription begins the replay; nothing comes after the end. */
  const started = <T>(source: () => Observable<T>): Observable<T> =>
    defer(() => {
      replay.start();
      return source();
    }).pipe(takeUntilAbort(closed));
  const tasks$ = started(() => currentTasks(deps));
  const samples = createSampleStreams(deps);
  return {
    connection: () => connectionOf(deps),
    fingerprint: () =>
      started(() =>
        latest(
          () => replay.state.fingerprint,
          afterJumps(replay, () => replay.state.fingerprint, feeds.fingerprints$),
        ),
      ),
    taskEvents: ({ replay: wanted = false } = {}) =>
      started(() => {
        const count = wanted === true ? EVENT_LIMIT : Math.min(EVENT_LIMIT, Math.max(0, Number(wanted) || 0));
        return concat(count === 0 ? [] : replay.state.events.slice(-count), feeds.events$);
      }),
    taskStats: (taskId, options = {}) =>
      started(() => {
        const first = replay.state.tasks.get(taskId);
        if (first === undefined) return throwError(() => taskNotFound(taskId));
        const isOver = (): boolean => {
          const now = replay.state.tasks.get(taskId);
          return now === undefined || now.startedAtMs !== first.startedAtMs || hasEnded(now);
        };
        return samples(options).pipe(
          map((all) => all.find((sample) => sample.taskId === taskId)?.usage),
          filter((usage) => usage !== undefined),
          takeUntil(tasks$.pipe(filter(isOver))),
        );
      }).pipe(takeUntilAbort(options.signal)),
    allTaskStats: (options = {}) => started(() => samples(options)),
    waitTask: (taskId) => exitOf(taskId, tasks$),
    tasks: () => tasks$,
    pods: () =>
      tasks$.pipe(
        map(podsOf),
        distinctUntilChanged((left, right) => isSameJson(left, right)),
      ),
    hostStats: ({ intervalMs = 10_000 } = {}) =>
      started(() =>
        latest(
          () => replay.state.host,
          afterJumps(replay, () => replay.state.host, feeds.hosts$),
        ).pipe(thinned(intervalMs, (host) => host.timestampMs)),
      ),
    samplingStats: ({ intervalMs = 1_000 } = {}) =>
      started(() => timer(0, Math.max(100, intervalMs), scheduler).pipe(map(() => samplingOf(deps)))),
  };
}

/** The value of now, if there is one, and those that follow. */
function latest<T>(current: () => T | undefined, later$: Observable<T>): Observable<T> {
  const now$ = defer(() => {
    const value = current();
    return value === undefined ? EMPTY : of(value);
  });
  return merge(now$, later$);
}

/** The values that follow, and after a jump that of its time. */
function afterJumps<T>(replay: Replay, current: () => T | undefined, later$: Observable<T>): Observable<T> {
  const jumped$ = replay.jumps$.pipe(
    map(current),
    filter((value) => value !== undefined),
  );
  return merge(later$, jumped$);
}

/** The same array until a task changes. */
function currentTasks({ replay, feeds }: RecordedStreamsDeps): Observable<readonly TaskStatus[]> {
  return feeds.tasks$.pipe(
    startWith(undefined),
    map(() => Object.freeze([...replay.state.tasks.values()])),
  );
}

type SampleOptions = Omit<NonNullable<Parameters<DriverStreams['taskStats']>[1]>, 'signal'>;

/** Ticks as samples, shared by all who ask for the same interval and groups. */
function createSampleStreams({
  replay,
  feeds,
}: RecordedStreamsDeps): (options: SampleOptions) => Observable<readonly TaskStatsSample[]> {
  const ticks$ = latest(
    () => replay.state.tick,
    afterJumps(replay, () => replay.state.tick, feeds.ticks$),
  );
  const isLive = ({ taskId }: TaskStatsSample): boolean => {
    const task = replay.state.tasks.get(taskId);
    return task !== undefined && !hasEnded(task);
  };
  const shared = new Map<string, Observable<readonly TaskStatsSample[]>>();
  return ({ intervalMs = 1_000, groups = DEFAULT_FIELD_GROUPS, perProcess = false }) => {
    const mask = groupMask(perProcess ? [...groups, 'processes'] : groups);
    const key = `${intervalMs} ${mask}`;
    const known = shared.get(key);
    if (known !== undefined) return known;
    const samples$ = ticks$.pipe(
      thinned(intervalMs, ({ timeMs }) => timeMs),
      map((tick) => Object.freeze(samplesOf(tick, mask).filter(isLive))),
      shareLatest({ resetDelayMs: 0 }),
    );
    shared.set(key, samples$);
    return samples$;
  };
}

function hasEnded({ phase }: TaskStatus): boolean {
  return phase === 'exited' || phase === 'unknown';
}

function exitOf(taskId: string, tasks$: Observable<readonly TaskStatus[]>): Observable<ExitResult> {
  let isKnown = false;
  const result$ = tasks$.pipe(
    map((tasks) => {
      const task = tasks.find(({ id }) => id === taskId);
      if (task === undefined) throw taskNotFound(taskId);
      isKnown = true;
      return hasEnded(task) ? task.exitResult : undefined;
    }),
    filter((result) => result !== undefined),
  );
  return concat(
    result$,
    throwError(() => new RktError('RKT_ERR_SHUTDOWN', isKnown ? `The recording ended before ${taskId}` : '')),
  ).pipe(take(1));
}

function connectionOf({ replay, closed }: RecordedStreamsDeps): Observable<Connection> {
  const stateOf = (): Connection => {
    const { state, timeMs } = replay.position();
    if (state === 'playing') return LIVE;
    const reason = state === 'ended' ? 'the recording has ended' : 'the replay is paused';
    return { state: 'stale', sinceMs: timeMs, reason };
  };
  return defer(() => {
    if (!closed.aborted) replay.start();
    return replay.jumps$.pipe(
      startWith(undefined),
      map(stateOf),
      distinctUntilChanged((left, right) => isSameJson(left, right)),
    );
  }).pipe(
    takeUntilAbort(closed),
    endWith(CLOSED),
    takeWhile(({ state }) => state !== 'closed', true),
  );
}

/** Of the replay: nothing is sampled here. */
function samplingOf({ replay, scheduler }: RecordedStreamsDeps): SamplingStats {
  const { ticks, samples, workMs } = replay.stats();
  return Object.freeze({
    timestampMs: scheduler.now(),
    tasks: replay.state.tick?.taskIds.length ?? 0,
    ticks,
    samples,
    workMs,
    ...NOT_SAMPLED,
  });
}

const NOT_SAMPLED = {
  skippedTicks: 0,
  failedSamples: 0,
  droppedSamples: 0,
  fileReads: 0,
  staleReads: 0,
  longestSliceMs: 0,
  descriptors: { open: 0, budget: 0, opened: 0, evicted: 0 },
} as const;

function isSameJson(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
