import { render } from 'ink';
import { createElement } from 'react';
import { asyncScheduler, fromEvent, map, startWith, tap } from 'rxjs';

import { App, type FrameStore } from './top-app.ts';
import type { Line } from './line.ts';
import { createScenes } from './top-scenes.ts';
import { enterScreen } from './top-screen.ts';
import { watchTasks, type TopDriver } from './watch-tasks.ts';

export interface TopOptions {
  readonly intervalMs: number;
  readonly isAll: boolean;
  readonly hasColours: boolean;
  /** The time that ages of tasks are counted to. */
  readonly nowMs: () => number;
}

/** Shows the full-screen view until a key ends it, or the driver is shut down. */
export async function runTop(driver: TopDriver, options: TopOptions): Promise<void> {
  const { stdout } = process;
  const screen = enterScreen();
  const store = createStore();
  const sizeOf = (): { columns: number; rows: number } => ({ columns: stdout.columns, rows: stdout.rows });
  const scenes = createScenes({
    data$: watchTasks(driver, { intervalMs: options.intervalMs, nowMs: options.nowMs }),
    size$: fromEvent(stdout, 'resize').pipe(
      // How the terminal has rearranged the old lines is unknown.
      tap(() => {
        ink.clear();
        screen.clear();
      }),
      map(sizeOf),
      startWith(sizeOf()),
    ),
    scheduler: asyncScheduler,
    isAll: options.isAll,
  });
  const app = createElement(App, { store, onKey: scenes.press, hasColours: options.hasColours });
  const ink = render(app, { stdout: screen.stdout, exitOnCtrlC: false, patchConsole: false });
  try {
    // Ink's promise only matters if drawing failed.
    await Promise.race([scenes.frames$.forEach(store.set), ink.waitUntilExit()]);
  } finally {
    ink.unmount();
    screen.leave();
    // Otherwise a pending read keeps the process alive.
    process.stdin.destroy();
  }
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
