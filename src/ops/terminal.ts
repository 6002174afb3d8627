import { readFile, readlink } from 'node:fs/promises';

import { concatMap, type Observable, type SchedulerLike, type Subscription } from 'rxjs';

import type { RktRunner } from '../rkt/command-runner.ts';
import { waitUntil } from './wait-until.ts';

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

interface SizeFollowing {
  readonly sizes$: Observable<TerminalSize>;
  readonly scheduler: SchedulerLike;
  readonly onError: () => void;
}

const FIND_MS = 5_000;

/** The command line in a pseudo terminal created by util-linux `script`, whose exit code is that of the command. */
export function inTerminal(argv: readonly string[]): readonly string[] {
  return [
    'script',
    '--quiet',
    '--return',
    '--flush',
    '--command',
    `exec ${argv.map(quote).join(' ')}`,
    '/dev/null',
  ];
}

/**
 * Applies every new size to the terminal of a process.
 *
 * @param find the path of the terminal; undefined while the process has none yet
 * @param onError the sizes ended with an error
 */
export function followSize(
  runner: RktRunner,
  find: () => Promise<string | undefined>,
  { sizes$, scheduler, onError }: SizeFollowing,
): Subscription {
  const terminal = waitUntil(find, { everyMs: 5, deadlineMs: FIND_MS, scheduler });
  return sizes$
    .pipe(
      concatMap(async (size) => {
        const path = await terminal;
        if (path !== undefined) await setSize(runner, path, size);
      }),
    )
    .subscribe({ error: onError });
}

async function setSize(runner: RktRunner, path: string, { rows, columns }: TerminalSize): Promise<void> {
  const stty = await runner.spawn(['stty', '-F', path, 'rows', String(rows), 'cols', String(columns)]);
  await stty.exit;
}

/** `script` does not report which terminal it created; its only child has it as stdin. */
export async function terminalOfScript(scriptPid: number): Promise<string | undefined> {
  const children = await readFile(`/proc/${scriptPid}/task/${scriptPid}/children`, 'utf8').catch(() => '');
  const [child] = children.trim().split(' ');
  if (child === undefined || child === '') return undefined;
  const path = await readlink(`/proc/${child}/fd/0`).catch(() => '');
  return path.startsWith('/dev/pts/') ? path : undefined;
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
