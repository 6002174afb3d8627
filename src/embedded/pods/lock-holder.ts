import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

import { perlProgram } from './perl-program.ts';
import { findHostTool } from './shell.ts';

/** A directory to lock alone, and a file to lock together with others before. */
export interface WantedLock {
  readonly dir: string;
  readonly sharing?: string | undefined;
}

/** A process that holds the locks of all commands of a worker thread. */
interface LockHolder {
  /** Undefined once it has ended. */
  ask(line: string): Promise<boolean | undefined>;
}

let holder: LockHolder | undefined;
let ids = 0;

/**
 * Takes locks without waiting, and without a process for each: to fork one costs a worker two milliseconds, because of the memory
 * of the driver around it.
 *
 * @returns how to release it; false when another process has a lock or the directory is gone; undefined where a process for this
 * one is to try: not in a worker, without Perl, or when the holder was killed
 */
export async function takeLock({
  dir,
  sharing,
}: WantedLock): Promise<(() => Promise<void>) | false | undefined> {
  holder ??= startHolder();
  const used = holder;
  if (used === undefined) return undefined;
  ids += 1;
  const id = String(ids);
  const paths = [dir, ...(sharing === undefined ? [] : [sharing])].map((path) =>
    Buffer.from(path).toString('hex'),
  );
  const isHeld = await used.ask(['lock', id, ...paths].join(' '));
  if (isHeld !== true) return isHeld;
  return async () => {
    await used.ask(`free ${id}`);
  };
}

function startHolder(): LockHolder | undefined {
  const perl = isMainThread ? undefined : findHostTool(process.env, 'perl');
  if (perl === undefined) return undefined;
  const child = spawn(perl, ['-C0', '-e', perlProgram('lock-holder')], {
    env: { LC_ALL: 'C' },
    // Not its stdin: Node destroys that when the child ends, and what holds the locks is a child of it.
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  const output = child.stdio[1] as Socket;
  const input = child.stdio[3] as Socket;
  const handles = [child, output, input];
  const pending: ((answer: boolean | undefined) => void)[] = [];
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
    holder = undefined;
    for (const answer of pending.splice(0)) answer(undefined);
  };
  child.on('error', end);
  input.on('error', end);
  const answers = createInterface(output).on('line', (line) => {
    pending.shift()?.(line === 'yes');
    if (pending.length === 0) keepAlive(handles, false);
  });
  answers.on('close', end);
  keepAlive(handles, false);
  return {
    ask: (line) =>
      new Promise((resolve) => {
        if (hasEnded) {
          resolve(undefined);
          return;
        }
        pending.push(resolve);
        keepAlive(handles, true);
        input.write(`${line}\n`);
      }),
  };
}

/** Between two commands it must not look like something that the last one has left behind. */
function keepAlive(handles: readonly (ChildProcess | Socket)[], isNeeded: boolean): void {
  for (const handle of handles) {
    if (isNeeded) handle.ref();
    else handle.unref();
  }
}
