import type { Observable } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import { printable } from '../../model/printable.ts';
import { reasonOf } from '../../model/reason-of.ts';
import { isRktError } from '../../model/rkt-error.ts';
import type { TerminalSize } from '../../index.ts';
import type { TopAction } from './top-prompt.ts';

/** What the actions need of the driver. */
export type ActingDriver = Pick<Driver, 'stopTask' | 'signalTask' | 'execTaskStreaming'>;

/** Gives the terminal to something else, and takes it back when that has ended. */
export type Suspend = <T>(act: () => Promise<T>) => Promise<T>;

export interface ActionsInput {
  readonly driver: ActingDriver;
  readonly suspend: Suspend;
  readonly sizes: () => Observable<TerminalSize>;
}

/** Does what a key asks. Resolves with the line that reports it; a failure is such a line as well. */
export function createActions({
  driver,
  suspend,
  sizes,
}: ActionsInput): (action: TopAction) => Promise<string> {
  const perform = async (action: TopAction): Promise<string> => {
    const { taskId } = action;
    const id = printable(taskId);
    if (action.kind === 'stop') {
      await driver.stopTask(taskId);
      return `${id} was stopped.`;
    }
    if (action.kind === 'signal') {
      await driver.signalTask(taskId, action.signal);
      return `${action.signal} was sent to ${id}.`;
    }
    const { exitCode } = await suspend(() => shell(driver, taskId, sizes()));
    return `The shell in ${id} exited with ${exitCode}.`;
  };
  return (action) =>
    perform(action).catch((error: unknown) => {
      const code = isRktError(error) ? `${error.code}: ` : '';
      return printable(`${code}${reasonOf(error)}`);
    });
}

function shell(
  driver: ActingDriver,
  taskId: string,
  resize: Observable<TerminalSize>,
): ReturnType<ActingDriver['execTaskStreaming']> {
  const { stdin, stdout } = process;
  return driver.execTaskStreaming(taskId, {
    cmd: ['/bin/sh'],
    tty: true,
    stdin,
    stdout,
    resize,
    lingerMs: 0,
  });
}
