import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

import { resolveWords } from '../model/argument-variables.ts';
import { unexpectedFailure } from './embedded-context.ts';
import type { World } from './command-line/run-rkt.ts';
import { runRkt } from './command-line/run-rkt.ts';
import { ProgressBlock } from './progress-block.ts';

const FAILURE = 254;

/** Writes everything, also to pipes that are not ready; a reader that is gone ends it. */
function writeAll(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** Unhandled errors too become one line and the exit code of a failure. */
function endOn(error: unknown): never {
  writeAll(2, `rkt: ${unexpectedFailure(error).describe(false)}\n`);
  process.exit(FAILURE);
}

/** The last words of another process's command line; `source` is `PID:COUNT`. */
function wordsOf(source: string): readonly string[] {
  const [pid = '', count = ''] = source.split(':');
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  return words.slice(words.length - Number(count));
}

/** On a terminal progress is drawn below what is printed, unless RKT_STREAMS_PROGRESS is `lines` or `none`. */
function standardError(style: string | undefined): Pick<World, 'stderr' | 'progress'> {
  const write = (text: string): void => writeAll(2, text);
  if (style === 'lines') return { stderr: write, progress: { style } };
  if (style === 'none' || !isatty(2)) return { stderr: write };
  const { stderr } = process;
  const block = new ProgressBlock(write, () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }));
  return { stderr: (text) => block.print(text), progress: { style: 'bars', block } };
}

/**
 * The command line's entry. The launcher passes the file for a launch script in RKT_STREAMS_LAUNCH_FILE, and says in
 * RKT_STREAMS_WORDS_OF on whose command line the words are.
 */
async function main(): Promise<void> {
  const { RKT_STREAMS_LAUNCH_FILE: launchFile, RKT_STREAMS_WORDS_OF: source, ...given } = process.env;
  const words = source === undefined ? process.argv.slice(2) : wordsOf(source);
  const { argv, env } = resolveWords(words, given);
  const world: World = {
    argv,
    env,
    cwd: process.cwd(),
    uid: process.getuid?.() ?? 0,
    stdout: (text) => writeAll(1, text),
    ...standardError(given['RKT_STREAMS_PROGRESS']),
    ...(launchFile === undefined
      ? {}
      : { launch: (script: string) => writeFileSync(launchFile, script, { mode: 0o600 }) }),
  };
  try {
    process.exitCode = await runRkt(world);
  } catch (error) {
    endOn(error);
  }
}

process.on('uncaughtException', endOn);
await main();
