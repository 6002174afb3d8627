import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { TaskEvent, TaskSpecInput } from '../../../../src/index.ts';
import type { Sandbox } from '../../../support/sandbox.ts';
import type { ReportedExit, Session, SoakTask, Target } from '../session.ts';
import { reportedEvent } from './reported-event.ts';

const CHILD = fileURLToPath(new URL('library-child.ts', import.meta.url));

interface Answer {
  readonly ready?: true;
  readonly event?: TaskEvent;
  readonly call?: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** The library, in a process that recovers all tasks of its data directory when it starts. */
export function libraryTarget(sandbox: Sandbox): Target {
  return {
    name: 'library',
    async open(onExited) {
      const child = fork(CHILD, [JSON.stringify(sandbox.options)], {
        execArgv: ['--import', import.meta.resolve('tsx')],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const ended = once(child, 'exit');
      const isReady = new Promise<boolean>((resolve) => {
        child.on('message', ({ ready, event }: Answer) => {
          if (event !== undefined) onExited(reportedEvent(event));
          if (ready === true) resolve(true);
        });
      });
      if (!(await Promise.race([isReady, ended.then(() => false)]))) throw new Error('the driver has ended');
      return sessionOf(sandbox, child, ended);
    },
  };
}

function sessionOf(sandbox: Sandbox, child: ChildProcess, ended: Promise<unknown>): Session {
  let calls = 0;
  const call = (op: string, argument: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      calls += 1;
      const own = calls;
      child.on('message', function onMessage({ call: of, result, error }: Answer) {
        if (of !== own) return;
        child.off('message', onMessage);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
      void ended.then(() => reject(new Error('the driver has ended')));
      child.send({ call: own, op, argument }, (failure) => failure !== null && reject(failure));
    });
  return {
    child,
    ended,
    start: async (task) => {
      await call('start', specOf(sandbox, task));
    },
    knows: async (id) => (await call('knows', id)) === true,
    wait: async (id) => (await call('wait', id)) as ReportedExit,
    destroy: async (id) => {
      await call('destroy', id);
    },
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

/** The same for the API of an agent. */
export function specOf(sandbox: Sandbox, { id, script, recordDir }: SoakTask): TaskSpecInput {
  const { config } = sandbox.shell(id, script);
  return { id, config: { ...config, volumes: [`${recordDir}:/record`] } };
}
