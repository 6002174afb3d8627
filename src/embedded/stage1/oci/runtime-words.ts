import { readFileSync } from 'node:fs';

import type { AppPlace } from './app-places.ts';
import { cgroupOption, type OciRuntime } from './oci-runtime.ts';
import type { TerminalRelay } from './terminal-relay.ts';

/** A container to run, and where its runtime keeps what it knows of it. */
export interface ContainerWords {
  readonly runtime: OciRuntime;
  /** Absolute. */
  readonly stateDir: string;
  readonly container: AppPlace['container'];
  /** Absolute. */
  readonly pidFile: string;
}

/** The words of a runtime with its global options. */
export function runtimeWords({
  runtime,
  stateDir,
}: Pick<ContainerWords, 'runtime' | 'stateDir'>): readonly string[] {
  return [runtime.path, `--root=${stateDir}`, cgroupOption(runtime)];
}

/** The terminal of a container: relayed by us or by its runtime. */
export type ContainerTerminal = TerminalRelay | 'runtime';

/** The words that run a container, wait for it and end with its exit code. */
export function runWords(
  order: ContainerWords,
  bundle: string,
  terminal: ContainerTerminal | undefined,
): readonly string[] {
  const { container, pidFile, runtime } = order;
  const tool = runtimeWords(order);
  const run = [`--bundle=${bundle}`, `--pid-file=${pidFile}`, container];
  if (terminal !== undefined && terminal !== 'runtime')
    return [...terminal.words, ...tool, 'run', terminal.option, ...run];
  if (runtime.perl === undefined || terminal === 'runtime') return [...tool, 'run', ...run];
  const after = [...tool, 'delete', container];
  const waiter = [runtime.perl, '-e', waiterText(), '--', pidFile, String(after.length)];
  return [...waiter, ...after, ...tool, 'run', '--detach', ...run];
}

/**
 * The program that waits for the process which a detached command leaves behind. In the foreground runc would stand between
 * the app and its outputs, with threads and pipes of its own.
 */
export function waiterText(): string {
  return readFileSync(new URL('./await-container.pl', import.meta.url), 'utf8');
}
