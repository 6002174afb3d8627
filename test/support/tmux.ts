import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Context } from 'mocha';

import { requires } from './requirements.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** A terminal in which one command runs, made by a tmux server of its own. */
export interface Terminal {
  /** What is on the screen, without spaces at the ends of lines. */
  readonly text: () => Promise<string>;
  /** The same with the escape sequences of colours. */
  readonly styled: () => Promise<string>;
  /** Keys as tmux names them. */
  readonly press: (...keys: readonly string[]) => Promise<void>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  /** A variable of tmux. */
  readonly report: (variable: string) => Promise<string>;
  /** Waits until the screen shows this. */
  readonly shows: (what: string | RegExp) => Promise<string>;
  /** Ends the session, as a window that is closed does: the terminal is gone for all that run in it. */
  readonly hangUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Opens a terminal and runs a line of the shell in it; skips the tests where there is no tmux. */
export async function openTerminal(
  context: Context,
  script: string,
  options: TerminalOptions,
): Promise<Terminal> {
  requires(context, 'tmux');
  const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-tmux-'));
  const env = { ...process.env, ...options.env, TMUX: '', SHELL: '/bin/sh', LC_ALL: 'C.UTF-8' };
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const all = ['-S', join(directory, 'socket'), '-f', '/dev/null', '-u', ...args];
    return (await run('tmux', all, { env })).stdout;
  };
  const size = ['-x', String(options.columns), '-y', String(options.rows)];
  // One that stays until the terminal goes away holds the server, so that nothing is lost when the command ends.
  await tmux(
    'new-session',
    '-d',
    '-s',
    'it',
    ...size,
    `${script}; echo "ended with $?"; exec cat >/dev/null`,
  );
  const text = async (): Promise<string> =>
    (await tmux('capture-pane', '-p', '-t', 'it')).replaceAll(/ +$/gm, '');
  return {
    text,
    styled: () => tmux('capture-pane', '-p', '-e', '-t', 'it'),
    press: async (...keys) => {
      await tmux('send-keys', '-t', 'it', ...keys);
    },
    resize: async (columns, rows) => {
      await tmux('resize-window', '-t', 'it', '-x', String(columns), '-y', String(rows));
    },
    report: async (variable) => (await tmux('display-message', '-p', '-t', 'it', `#{${variable}}`)).trim(),
    async shows(what) {
      let last = '';
      const isThere = async (): Promise<boolean> => {
        last = await text();
        return typeof what === 'string' ? last.includes(what) : what.test(last);
      };
      await until(`the screen shows ${String(what)}`, isThere).catch((error: unknown) => {
        throw new Error(`${String(what)} is not on the screen:\n${last}`, { cause: error });
      });
      return last;
    },
    async hangUp() {
      await tmux('kill-session', '-t', 'it');
    },
    async close() {
      // The server ends when nothing is open in it.
      await tmux('kill-server').catch(() => undefined);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
