import { render, type Instance } from 'ink';
import { createElement } from 'react';
import { Subject, asyncScheduler, firstValueFrom, fromEvent, map, startWith, tap } from 'rxjs';

import { terminalSizes } from '../outer-terminal.ts';
import { App, type FrameStore } from './top-app.ts';
import type { Line } from './line.ts';
import { createActions, type ActingDriver, type Suspend } from './top-actions.ts';
import { readLogTail } from './top-log-tail.ts';
import { createScenes } from './top-scenes.ts';
import { enterScreen, type Screen } from './top-screen.ts';
import { watchTasks, type TopDriver } from './watch-tasks.ts';

export interface TopOptions {
  readonly intervalMs: number;
  readonly isAll: boolean;
  readonly hasColours: boolean;
  /** The time that ages of tasks are counted to. */
  readonly nowMs: () => number;
}

/** Shows the full-screen view until a key ends it, or the driver is shut down. */
export async function runTop(driver: TopDriver & ActingDriver, options: TopOptions): Promise<void> {
  const { stdout } = process;
  const store = createStore();
  const sizeOf = (): { columns: number; rows: number } => ({ columns: stdout.columns, rows: stdout.rows });
  let shown: Shown | undefined;
  const suspend: Suspend = async (act) => {
    shown?.close();
    shown = undefined;
    try {
      return await act();
    } finally {
      open();
    }
  };
  const scenes = createScenes({
    data$: watchTasks(driver, { intervalMs: options.intervalMs, nowMs: options.nowMs }),
    size$: fromEvent(stdout, 'resize').pipe(
      // How the terminal has rearranged the old lines is unknown.
      tap(() => shown?.clear()),
      map(sizeOf),
      startWith(sizeOf()),
    ),
    scheduler: asyncScheduler,
    isAll: options.isAll,
    readLog: readLogTail(driver),
    act: createActions({ driver, suspend, sizes: terminalSizes }),
  });
  const app = createElement(App, { store, onKey: scenes.press, hasColours: options.hasColours });
  const broken = new Subject<never>();
  const open = (): void => {
    shown = showApp(app, (error) => broken.error(error));
  };
  open();
  try {
    await Promise.race([scenes.frames$.forEach(store.set), firstValueFrom(broken)]);
  } finally {
    shown?.close();
    // Otherwise a pending read keeps the process alive.
    process.stdin.destroy();
  }
}

/** The view on the terminal. */
interface Shown {
  clear(): void;
  close(): void;
}

/** @param onBroken called when drawing has failed */
function showApp(app: ReturnType<typeof createElement>, onBroken: (error: unknown) => void): Shown {
  const screen: Screen = enterScreen();
  const ink: Instance = render(app, { stdout: screen.stdout, exitOnCtrlC: false, patchConsole: false });
  ink.waitUntilExit().catch(onBroken);
  return {
    clear() {
      ink.clear();
      screen.clear();
    },
    close() {
      ink.unmount();
      screen.leave();
    },
  };
}

function createStore(): FrameStore & { readonly set: (lines: readonly Line[]) => void } {
  const listeners = new Set<() => void>();
  let current: readonly Line[] = [];
  return {
    get: () => current,
    set(lines) {
      current = lines;
      listeners.forEach((listener) => listener());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
