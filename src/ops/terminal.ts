import { readFile, readlink } from 'node:fs/promises';

import { concatMap, type Observable, type SchedulerLike, type Subscription } from 'rxjs';

import type { RktRunner } from '../rkt/command-runner.ts';
import type { SpawnedProcess } from '../rkt/spawned-process.ts';
import { waitUntil } from './wait-until.ts';

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
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

/** Applies every new size to the terminal of a command run by {@link inTerminal}. */
export function followSize(
  runner: RktRunner,
  script: SpawnedProcess,
  sizes$: Observable<TerminalSize>,
  scheduler: SchedulerLike,
): Subscription {
  const terminal = waitUntil(() => findTerminal(script.pid), { everyMs: 5, deadlineMs: FIND_MS, scheduler });
  return sizes$
    .pipe(
      concatMap(async (size) => {
        const path = await terminal;
        if (path !== undefined) await setSize(runner, path, size);
      }),
    )
    .subscribe({ error: () => script.killGroup('SIGKILL') });
}

async function setSize(runner: RktRunner, path: string, { rows, columns }: TerminalSize): Promise<void> {
  const stty = await runner.spawn(['stty', '-F', path, 'rows', String(rows), 'cols', String(columns)]);
  await stty.exit;
}

/** `script` does not report which terminal it created; its only child has it as stdin. */
async function findTerminal(scriptPid: number): Promise<string | undefined> {
  const children = await readFile(`/proc/${scriptPid}/task/${scriptPid}/children`, 'utf8').catch(() => '');
  const [child] = children.trim().split(' ');
  if (child === undefined || child === '') return undefined;
  const path = await readlink(`/proc/${child}/fd/0`).catch(() => '');
  return path.startsWith('/dev/pts/') ? path : undefined;
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
