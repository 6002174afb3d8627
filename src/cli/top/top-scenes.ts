import {
  BehaviorSubject,
  ReplaySubject,
  combineLatest,
  endWith,
  ignoreElements,
  map,
  share,
  takeUntil,
  takeWhile,
  throttleTime,
  type Observable,
  type SchedulerLike,
} from 'rxjs';

import { frame, type ScreenSize } from './top-frame.ts';
import type { Line } from './line.ts';
import { logTail, type ReadLogTail, type ShownOutput } from './top-log-tail.ts';
import { selectedTask, shownTasks } from './top-rows.ts';
import type { Key } from './top-key.ts';
import { FIRST_STATE, afterKey, type TopState } from './top-state.ts';
import type { TopAction } from './top-prompt.ts';
import { NO_DATA, type TopData } from './top-data.ts';

export interface TopInput {
  readonly data$: Observable<TopData>;
  readonly size$: Observable<ScreenSize>;
  readonly scheduler: SchedulerLike;
  readonly isAll: boolean;
  /** Reads the end of an output for the view of logs. */
  readonly readLog: ReadLogTail;
  /** Does what was confirmed, and resolves with a line about it. */
  readonly act?: (action: TopAction) => Promise<string>;
}

/** The screen as it changes, and where keys go. */
export interface Scenes {
  /** Completes when a key has ended it, or the data has. */
  readonly frames$: Observable<readonly Line[]>;
  readonly press: (key: Key) => void;
}

/** The minimum interval between two redraws for new values; keys and new sizes are drawn immediately. */
export const REDRAW_MS = 500;

export function createScenes({ data$, size$, scheduler, isAll, readLog, act }: TopInput): Scenes {
  const stateSubject = new BehaviorSubject<TopState>({ ...FIRST_STATE, isAll });
  let data = NO_DATA;
  const calm$ = data$.pipe(
    throttleTime(REDRAW_MS, scheduler, { leading: true, trailing: true }),
    // Subscribers are added one by one; none of them may miss synchronous values.
    share({ connector: () => new ReplaySubject(1), resetOnComplete: false }),
  );
  const frames$ = combineLatest({
    data: calm$.pipe(map((now) => (data = now))),
    state: stateSubject,
    size: size$,
    log: logTail(readLog, stateSubject.pipe(map(shownOutput)), scheduler),
  }).pipe(
    takeWhile(({ state }) => !state.isDone),
    map(frame),
    takeUntil(calm$.pipe(ignoreElements(), endWith(undefined))),
  );
  return {
    frames$,
    press(key) {
      const before = stateSubject.value;
      const shown = shownTasks(data.tasks, before);
      const ids = shown.map(({ status }) => status.id);
      const selectedId = before.view === 'list' ? selectedTask(shown, before)?.status.id : before.selectedId;
      const { action, ...next } = afterKey({ ...before, selectedId }, key, ids);
      stateSubject.next(action === undefined ? next : { ...next, message: '…' });
      if (action !== undefined)
        void act?.(action).then((message) => stateSubject.next({ ...stateSubject.value, message }));
    },
  };
}

/** The output whose end is shown; undefined while none is. */
function shownOutput({ view, stream, selectedId }: TopState): ShownOutput | undefined {
  return view === 'log' && selectedId !== undefined ? { taskId: selectedId, stream } : undefined;
}
