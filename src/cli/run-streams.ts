import { Subject, takeUntil } from 'rxjs';

import type { TaskStreams } from '../index.ts';
import { terminalSizes } from './outer-terminal.ts';

/** The standard input and the terminal of a command as those of its task, until it is closed. */
export interface ConnectedStreams {
  readonly toTask: TaskStreams;
  readonly close: () => void;
}

interface StreamFlags {
  readonly interactive?: boolean;
  readonly tty?: boolean;
}

/** With both flags keys go to the app, Ctrl-C included. */
export function connectStreams({ interactive = false, tty = false }: StreamFlags): ConnectedStreams {
  if (!interactive && !tty) return { toTask: {}, close: () => undefined };
  const { stdin, stdout } = process;
  const isRaw = interactive && tty && stdin.isTTY;
  const closed = new Subject<void>();
  if (isRaw) stdin.setRawMode(true);
  return {
    toTask: {
      tty,
      ...(interactive && { stdin }),
      ...(tty && stdout.isTTY && { resize: terminalSizes().pipe(takeUntil(closed)) }),
    },
    close() {
      closed.next();
      if (isRaw) stdin.setRawMode(false);
      // Otherwise a pending read keeps the process alive.
      if (interactive) stdin.destroy();
    },
  };
}
