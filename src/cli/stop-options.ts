import type { Command } from 'commander';

import type { Driver } from '../driver-interface.ts';
import { durationMs, signal } from './flag-values.ts';

type StopOptions = NonNullable<Parameters<Driver['stopTask']>[1]>;

/** How a task is stopped, as flags. */
export interface StopFlags {
  readonly timeout?: number;
  readonly signal?: NodeJS.Signals;
}

/** Adds the flags of commands that stop tasks. */
export function withStopOptions(command: Command): Command {
  return command
    .option(
      '-t, --timeout <duration>',
      'time from the signal to SIGKILL, in seconds; 500ms works too (default: 5)',
      durationMs('s'),
    )
    .option('-s, --signal <signal>', 'name or number (default: SIGINT)', signal);
}

export function stopOptionsOf({ timeout, signal: name }: StopFlags): StopOptions {
  return {
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(name !== undefined && { signal: name }),
  };
}
