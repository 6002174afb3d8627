import type { TaskEvent } from '../../../model/task-event.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import { createCrashLoops, type CrashLoop } from './crash-loops.ts';
import { loopOfRow } from './fold-loops.ts';
import type { TaskRow } from './task-row.ts';

/** Marks the rows of tasks in crash loops, by the agent's clock: a loop is over when it has not crashed for a while. */
export interface LoopWatch {
  addEvent(event: TaskEvent): void;
  setTasks(tasks: readonly TaskStatus[]): void;
  /** The agent's clock is at least here. */
  passed(timeMs: number): void;
  /** The agent's clock at the latest value. */
  readonly timeMs: () => number;
  readonly loops: () => ReadonlyMap<string, CrashLoop>;
}

export function createLoopWatch(rows: () => readonly TaskRow[]): LoopWatch {
  const crashLoops = createCrashLoops();
  let latestMs: number | undefined;
  let loops: ReadonlyMap<string, CrashLoop> = new Map();
  const timeMs = (): number => latestMs ?? Date.now();
  const find = (): void => {
    const before = loops.size;
    loops = crashLoops.at(timeMs());
    if (before + loops.size > 0) rows().forEach((row) => (row.loop = loopOfRow(row, loops)));
  };
  return {
    addEvent(event) {
      crashLoops.addEvent(event);
      find();
    },
    setTasks(tasks) {
      tasks.forEach(crashLoops.addStatus);
      find();
    },
    passed(nextMs) {
      latestMs = Math.max(latestMs ?? 0, nextMs);
      find();
    },
    timeMs,
    loops: () => loops,
  };
}
