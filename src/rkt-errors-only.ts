import { catchError, type Observable } from 'rxjs';

import type { Driver } from './driver-interface.ts';
import { toRktError } from './model/to-rkt-error.ts';

async function op<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toRktError(error, name);
  }
}

function stream<T>(name: string, values$: Observable<T>): Observable<T> {
  return values$.pipe(
    catchError((error: unknown) => {
      throw toRktError(error, name);
    }),
  );
}

/** Wraps a driver so that it fails only with errors of the library: the last resort after more specific handlers. */
export function rktErrorsOnly(driver: Driver): Driver {
  return {
    ...driver,
    connection: (...args) => stream('connection', driver.connection(...args)),
    fingerprint: (...args) => stream('fingerprint', driver.fingerprint(...args)),
    taskEvents: (...args) => stream('taskEvents', driver.taskEvents(...args)),
    taskStats: (...args) => stream('taskStats', driver.taskStats(...args)),
    allTaskStats: (...args) => stream('allTaskStats', driver.allTaskStats(...args)),
    waitTask: (...args) => stream('waitTask', driver.waitTask(...args)),
    tasks: (...args) => stream('tasks', driver.tasks(...args)),
    pods: (...args) => stream('pods', driver.pods(...args)),
    hostStats: (...args) => stream('hostStats', driver.hostStats(...args)),
    samplingStats: (...args) => stream('samplingStats', driver.samplingStats(...args)),
    followTasks: (...args) => stream('followTasks', driver.followTasks(...args)),
    startTask: (...args) => op('startTask', () => driver.startTask(...args)),
    stopTask: (...args) => op('stopTask', () => driver.stopTask(...args)),
    restartTask: (...args) => op('restartTask', () => driver.restartTask(...args)),
    destroyTask: (...args) => op('destroyTask', () => driver.destroyTask(...args)),
    signalTask: (...args) => op('signalTask', () => driver.signalTask(...args)),
    execTask: (...args) => op('execTask', () => driver.execTask(...args)),
    execTaskStreaming: (...args) => op('execTaskStreaming', () => driver.execTaskStreaming(...args)),
    describeTask: (...args) => op('describeTask', () => driver.describeTask(...args)),
    readTaskLog: (...args) => op('readTaskLog', () => driver.readTaskLog(...args)),
    recoverTask: (...args) => op('recoverTask', () => driver.recoverTask(...args)),
    recoverTasks: (...args) => op('recoverTasks', () => driver.recoverTasks(...args)),
    shutdown: (...args) => op('shutdown', () => driver.shutdown(...args)),
  };
}
