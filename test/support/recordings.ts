import { readFileSync, readdirSync } from 'node:fs';

import { commandFailed } from '../../src/rkt/failure.ts';
import type { RktRunner } from '../../src/rkt/command-runner.ts';
import type { RktOutput, RunOptions } from '../../src/rkt/command-options.ts';

const DIRECTORY = new URL('../fixtures/rkt-recordings/', import.meta.url);

/** One finished command of a real rkt. */
export interface RecordedCommand {
  readonly scenario: string;
  readonly flavor: string;
  readonly argv: readonly string[];
  /** argv without `rkt` and its global flags. */
  readonly args: readonly string[];
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly title: string;
}

interface Step {
  readonly kind?: string;
  readonly id?: string;
  readonly argv?: readonly string[];
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly stdout?: string;
  readonly stderr?: string;
}

const GLOBAL_FLAG = /^--(?:dir|insecure-options|local-config|system-config|user-config)=|^--debug$/;

/** Every command of every scenario, those started in the background joined with their end. */
export function recordedCommands(): readonly RecordedCommand[] {
  return readdirSync(DIRECTORY).sort().flatMap(commandsOf);
}

function commandsOf(file: string): readonly RecordedCommand[] {
  const { name, flavor, steps } = JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as {
    name: string;
    flavor: string;
    steps?: readonly Step[];
  };
  const started = new Map<string, readonly string[]>();
  return (steps ?? []).flatMap((step, i) => {
    if (step.kind === 'start') started.set(step.id ?? '', step.argv ?? []);
    const argv = step.kind === 'wait' ? started.get(step.id ?? '') : step.argv;
    if (argv === undefined || (step.kind !== undefined && step.kind !== 'wait')) return [];
    const args = argv.slice(1).filter((arg, at) => at > 4 || !GLOBAL_FLAG.test(arg));
    const { exitCode = null, signal = null, stdout = '', stderr = '' } = step;
    const title = `${name} ${i}: ${args.join(' ').slice(0, 70)}`;
    return [{ scenario: name, flavor, argv, args, exitCode, signal, stdout, stderr, title }];
  });
}

/** A runner that answers every command with what was recorded, and keeps the arguments it was given. */
export function replayRunner(
  recorded: RecordedCommand,
): RktRunner & { readonly sent: (readonly string[])[] } {
  const sent: (readonly string[])[] = [];
  return {
    binary: { command: ['rkt'], runtime: 'rkt' },
    globalArgs: [],
    launchScript: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
    queueLength: 0,
    stats: { calls: 0, failures: 0, totalMs: 0 },
    sent,
    spawn: () => Promise.reject(new Error('nothing is spawned here')),
    run: (args, options) => {
      sent.push(args);
      return replay(recorded, args, options);
    },
  };
}

function replay(
  recorded: RecordedCommand,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RktOutput> {
  const { stdout, stderr, signal } = recorded;
  const exitCode = recorded.exitCode ?? 137;
  const command = ['rkt', ...args];
  const { okExitCodes = [0] } = options;
  if (okExitCodes !== 'any' && !okExitCodes.includes(exitCode)) {
    return Promise.reject(
      commandFailed({ command, durationMs: 1, exitCode, stderr }, `exited with ${exitCode}`),
    );
  }
  const killed = signal === null ? {} : { signal };
  return Promise.resolve({ stdout, stderr, exitCode, durationMs: 1, command, ...killed });
}
