import { BehaviorSubject, Subject } from 'rxjs';

import type { Driver, TaskEvent, TaskStatus } from '../../src/index.ts';
import { fakeDriver } from './fake-tasks.ts';
import { anExit } from './task-events.ts';
import { aTaskStatus } from './task-statuses.ts';

/** A driver for the overview of the page: its tasks and events are what the test says, their metrics those of the fake. */
export interface PageDriver {
  readonly driver: Driver;
  readonly tasksSubject: BehaviorSubject<readonly TaskStatus[]>;
  readonly eventsSubject: Subject<TaskEvent>;
}

export function pageDriver(tasks: readonly TaskStatus[], pastMs = 0): PageDriver {
  const tasksSubject = new BehaviorSubject(tasks);
  const eventsSubject = new Subject<TaskEvent>();
  const driver: Driver = {
    ...fakeDriver(tasks.length, { pastMs }),
    tasks: () => tasksSubject.asObservable(),
    taskEvents: () => eventsSubject.asObservable(),
  };
  return { driver, tasksSubject, eventsSubject };
}

const JOBS = ['shop', 'billing', 'search'] as const;

/** The id of an allocation of Nomad. */
export function allocIdOf(index: number): string {
  return `${(0xa1b2c300 + index).toString(16)}-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** A task as Nomad starts it: all of them have one name. The fake measures the first ones, by their ids. */
export function nomadTask(index: number, more: Partial<TaskStatus> = {}): TaskStatus {
  return aTaskStatus(`web-${String(index).padStart(4, '0')}`, {
    name: 'tools',
    allocId: allocIdOf(index),
    jobName: JOBS[index % JOBS.length],
    image: `example.com/service-${index % 4}:v1`,
    startedAtMs: Date.now() - 600_000 - index * 61_000,
    memoryLimitBytes: index % 3 === 0 ? undefined : 256 * 2 ** 20,
    ...more,
  });
}

/** The starts of one task of Nomad that crashes every `everyMs`: each has another id. */
export function crashingTask(
  count: number,
  {
    nowMs,
    everyMs,
    index = 900,
  }: { readonly nowMs: number; readonly everyMs: number; readonly index?: number },
): readonly { readonly status: TaskStatus; readonly exited: TaskEvent }[] {
  return Array.from({ length: count }, (_, n) => {
    const completedAtMs = nowMs - (count - 1 - n) * everyMs;
    const id = `${allocIdOf(index)}/crasher/${(0xc0de0000 + n).toString(16)}`;
    const exitResult = { exitCode: 3, oomKilled: false, completedAtMs, source: 'exit-file' } as const;
    const named = { taskName: 'crasher', allocId: allocIdOf(index) };
    const message = { timeMs: completedAtMs, message: 'Exited with code 3' };
    return {
      status: nomadTask(index, {
        id,
        name: 'crasher',
        phase: 'exited',
        state: 'exited',
        startedAtMs: completedAtMs - everyMs / 2,
        completedAtMs,
        exitResult,
      }),
      exited: anExit(id, exitResult, { ...named, ...message }),
    };
  });
}
