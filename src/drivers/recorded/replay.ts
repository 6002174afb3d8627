import { Subject, type Observable, type Subscription } from 'rxjs';

import type { RecordingReader } from './recording-reader.ts';
import { createReplayClock, type ReplayClock, type ReplayClockOptions } from './replay-clock.ts';
import { createReplayPlayer, type ReplayPlayer } from './replay-player.ts';
import type { ReplayListener, ReplayState } from './replay-state.ts';

/** Where a replay is. */
export interface ReplayPosition {
  readonly timeMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly speed: number;
  /** How often the time has jumped: by a seek, or because a loop began again. */
  readonly seeks: number;
  /** `ended`: at the end of the recording; a seek makes it play again. */
  readonly state: 'playing' | 'paused' | 'ended';
}

export interface ReplayOptions extends ReplayClockOptions {
  readonly isLoop: boolean;
  readonly listener: ReplayListener;
  /** The end was reached; not with a loop. */
  readonly onEnd: () => void;
}

/** Plays the records of a recording at their times, on the scheduler. */
export interface Replay {
  /** Begins to play; does nothing when it plays already. */
  readonly start: () => void;
  readonly state: ReplayState;
  readonly position: () => ReplayPosition;
  /** After each of the calls below, at the end, and when a loop begins again. */
  readonly jumps$: Observable<ReplayPosition>;
  readonly seek: (timeMs: number) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly setSpeed: (speed: number) => void;
  readonly stats: ReplayPlayer['stats'];
  readonly close: () => void;
}

/** The longest delay of a timer of Node. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export function createReplay(reader: RecordingReader, options: ReplayOptions): Replay {
  const { fromMs, toMs, listener } = options;
  const clock = createReplayClock(options);
  const player = createReplayPlayer(reader, clock, listener);
  const jumpsSubject = new Subject<ReplayPosition>();
  let seeks = 0;
  const position = (): ReplayPosition => positionOf(clock, options, seeks);
  const jumped = (): void => jumpsSubject.next(position());

  const seek = (timeMs: number): void => {
    if (clock.mode === 'closed') return;
    clock.set(timeMs, clock.mode === 'paused' ? 'paused' : 'playing');
    player.load(clock.now());
    seeks += 1;
    jumped();
    listener.tasks();
    timer.wait();
  };
  const timer = createReplayTimer(clock, player, options, () => {
    if (options.isLoop) seek(fromMs);
    else {
      clock.set(toMs, 'ended');
      options.onEnd();
      jumped();
    }
  });
  const start = (): void => {
    if (clock.mode !== 'idle') return;
    clock.set(fromMs, 'playing');
    player.load(fromMs);
    timer.wait();
  };
  /** Between playing and paused, at the same time. */
  const turn = (from: 'playing' | 'paused', to: 'playing' | 'paused'): void => {
    if (clock.mode !== from) return;
    clock.set(clock.now(), to);
    jumped();
    timer.wait();
  };
  return {
    ...{ start, state: player.state, position, seek },
    jumps$: jumpsSubject.asObservable(),
    pause() {
      start();
      turn('playing', 'paused');
    },
    resume: () => turn('paused', 'playing'),
    setSpeed(speed) {
      clock.setSpeed(speed);
      jumped();
      timer.wait();
    },
    stats: () => player.stats(),
    close() {
      clock.set(clock.now(), 'closed');
      timer.wait();
      jumpsSubject.complete();
    },
  };
}

/** Plays the next record when it is due. `wait` begins anew; it stops unless the clock plays. */
function createReplayTimer(
  clock: ReplayClock,
  player: ReplayPlayer,
  options: ReplayOptions,
  end: () => void,
): { readonly wait: () => void } {
  const { scheduler, toMs } = options;
  let timer: Subscription | undefined;
  const wait = (): void => {
    timer?.unsubscribe();
    if (clock.mode !== 'playing') return;
    const nextMs = player.nextMs();
    if (nextMs > toMs && clock.now() >= toMs) {
      end();
      return;
    }
    const play = (): void => {
      player.play();
      wait();
    };
    timer = scheduler.schedule(play, delayUntil(Math.min(nextMs, toMs), clock));
  };
  return { wait };
}

function positionOf(clock: ReplayClock, { fromMs, toMs }: ReplayOptions, seeks: number): ReplayPosition {
  const { mode, speed } = clock;
  const state = mode === 'playing' || mode === 'ended' ? mode : 'paused';
  return { timeMs: clock.now(), fromMs, toMs, speed, seeks, state };
}

/** In ms of the scheduler; never longer than a timer can wait. */
function delayUntil(timeMs: number, clock: ReplayClock): number {
  return Math.min(Math.max(0, Math.ceil((timeMs - clock.now()) / clock.speed)), LONGEST_DELAY_MS);
}
