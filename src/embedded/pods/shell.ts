import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

import { RktFailure } from '../embedded-context.ts';

/** One word of a POSIX shell, whatever it contains (NUL cannot occur in arguments). */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line of quoted words. */
export function commandLine(...words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** The directories for the host's tools after PATH. */
const USUAL_DIRS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

type Environment = Readonly<Record<string, string | undefined>>;

/** Absolute path of a tool of the host; undefined where it is not installed. */
export function findHostTool(env: Environment, name: string): string | undefined {
  const dirs = [...(env['PATH'] ?? '').split(':').filter((dir) => dir.startsWith('/')), ...USUAL_DIRS];
  return dirs.map((dir) => join(dir, name)).find(isExecutable);
}

/** Absolute path of a tool of the host. @throws RktFailure naming what is missing */
export function hostTool(env: Environment, name: string): string {
  const found = findHostTool(env, name);
  if (found === undefined) {
    throw new RktFailure(
      `cannot find ${name}: it comes with util-linux (2.35 or newer) or coreutils, please install it`,
    );
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Result of a short helper command. */
export interface ShellResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a POSIX sh script with positional parameters and waits for it. */
export function runShell(script: string, args: readonly string[] = []): ShellResult {
  const result = spawnSync('/bin/sh', ['-c', script, 'sh', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined) throw new RktFailure(`cannot run /bin/sh: ${result.error.message}`);
  return { exitCode: result.status ?? 255, stdout: result.stdout, stderr: result.stderr.trim() };
}
