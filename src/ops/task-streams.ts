import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import type { Observable } from 'rxjs';

import type { RktRunner } from '../rkt/command-runner.ts';
import type { SpawnedProcess } from '../rkt/spawned-process.ts';
import type { OpsContext } from './ops-context.ts';
import type { TaskFiles } from './task-files.ts';
import { followSize, inTerminal, terminalOfScript, type TerminalSize } from './terminal.ts';

/** What connects a new task with its caller. Both end with the process of the caller, while the task keeps running. */
export interface TaskStreams {
  /** The standard input of the app; without it /dev/null. */
  readonly stdin?: Readable;
  /** The app gets a terminal: its stdout and stderr are then one stream, its log, and lines end in CR LF. */
  readonly tty?: boolean;
  /** Sizes of the terminal, the first one and every change. The task keeps the last one. */
  readonly resize?: Observable<TerminalSize>;
}

/** The command line of rkt, in a terminal if the task has one. */
export function inTaskTerminal(argv: readonly string[], { tty = false }: TaskStreams): readonly string[] {
  return tty ? inTerminal(argv) : argv;
}

/** Passes on stdin to the shim, whose app inherits it. An app may exit before it has read everything. */
export function feedShim(shim: SpawnedProcess, { stdin }: TaskStreams): void {
  const { stdin: to } = shim;
  if (stdin === undefined || to === undefined) return;
  to.on('error', () => stdin.unpipe(to));
  stdin.once('error', () => to.end()).pipe(to);
}

/** Applies the sizes to the terminal of an app, until they end. The process that the shim executes is `script` then. */
export function followTaskSize(
  { scheduler }: Pick<OpsContext, 'scheduler'>,
  runner: RktRunner,
  { tty = false, resize: sizes$ }: TaskStreams,
  { appPid }: Pick<TaskFiles, 'appPid'>,
): void {
  if (!tty || sizes$ === undefined) return;
  followSize(runner, async () => terminalOfScript(Number(await readFile(appPid, 'utf8'))), {
    sizes$,
    scheduler,
    onError: () => undefined,
  });
}
